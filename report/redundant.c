/* redundant.c: see redundant.h. */
#include "redundant.h"

#include "graph/redundant.h"
#include "memory.h"

/* Of which classes is there a lock that several threads took, not always under another? By the class's place in the image's index. */
static bool *needed_classes(struct judge *judge, const struct image *image, const struct history *history, const struct redundant *all)
{
	bool *needed = arena_alloc(&judge->arena, image->classes.count + 1);

	if (!needed)
		die("out of memory");
	for (uint32_t i = 0; i < history->objects_count; i++) {
		const struct fact_class *class = build_class(image, history->objects[i].number);

		if (history->objects[i].is_lock && all[i].threads >= 2 && all[i].outer == HISTORY_NONE && class)
			needed[index_place(&image->classes, class->id)] = true;
	}
	return needed;
}

static bool needed_elsewhere(const struct image *image, const bool *needed, uint32_t number)
{
	const struct fact_class *class = build_class(image, number);

	return !class || needed[index_place(&image->classes, class->id)];
}

static struct finding finding_of(struct judge *judge, struct owner owner, const struct history *history, const struct redundant *lock,
				 uint32_t index)
{
	struct builder *builder = judge->builder;
	const struct fact_process *process =
		(const struct fact_process *)index_find(&builder->run->images[owner.image].processes, owner.process);
	struct finding finding = {.rule = RULE_REDUNDANT_LOCK, .count = 1, .locks_count = 2};
	const char *inner, *outer;

	finding.pid = process ? (pid_t)process->pid : 0;
	finding.exe = process ? process->exe : "?";
	finding.locks = build_alloc(builder, 2 * sizeof(*finding.locks));
	finding.locks[0] = build_lock(builder, history->objects[index].number);
	finding.locks[1] = build_lock(builder, history->objects[lock->outer].number);
	inner = finding.locks[0]->name;
	outer = finding.locks[1]->name;
	finding.stacks = build_alloc(builder, 2 * sizeof(*finding.stacks));
	finding.stacks[finding.stacks_count++] = (struct labelled_stack){"acquired here", NULL, build_stack(builder, lock->stack)};
	finding.stacks[finding.stacks_count++] =
		(struct labelled_stack){"under the other one, acquired here", NULL, build_stack(builder, lock->outer_stack)};
	while (finding.stacks_count && !finding.stacks[finding.stacks_count - 1].stack)
		finding.stacks_count--;
	finding.message = (char *)build_text(builder, "`%s` was taken %llu times, by %u threads, and only ever under `%s`", inner,
					     (unsigned long long)lock->count, lock->threads, outer);
	finding.reason =
		(char *)build_text(builder, "`%s` was held exclusively each time: what `%s` protects, it does already", outer, inner);
	return finding;
}

void redundant_tell(struct judge *judge, struct owner owner, void (*add)(struct builder *builder, const struct finding *finding))
{
	const struct image *image = &judge->builder->run->images[owner.image];
	struct history *history = ring_history(judge, owner);
	struct redundant *all = history && ring_history_is_whole(judge, owner) ? redundant_find(history) : NULL;
	bool *needed = all ? needed_classes(judge, image, history, all) : NULL;

	build_from(judge->builder, owner.image);
	for (uint32_t i = 0; all && i < history->objects_count; i++) {
		struct finding finding;

		if (!history->objects[i].is_lock || !redundant_is(history, &all[i]) ||
		    needed_elsewhere(image, needed, history->objects[i].number))
			continue;
		finding = finding_of(judge, owner, history, &all[i], i);
		add(judge->builder, &finding);
	}
}
