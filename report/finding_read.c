/* finding_read.c: a record as the finding that facts_finding.c wrote. See merged.h. */
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "merged.h"

/* What is read, for all that is wrong with it. */
struct reading {
	struct merged *merged;
	const struct record *record;
};

struct merged_lock {
	const char *id;
	struct lock lock;
	UT_hash_handle hh;
};
struct merged_thread {
	json_int_t id;
	struct thread thread;
	UT_hash_handle hh;
};

static const struct stack *stack_at(struct reading *reading, const json_t *object, const char *name)
{
	return merged_stack(reading->merged, reading->record, json_object_get(object, name));
}

static const char *text_at(struct reading *reading, const json_t *object, const char *name)
{
	return merged_text(reading->merged, json_object_get(object, name));
}

/* Numbers of several runs would mix. */
static bool is_of_one_run(const struct merged *merged)
{
	return merged->runs_count < 2;
}

static const struct thread *thread_of(struct reading *reading, const json_t *object)
{
	struct merged *merged = reading->merged;
	struct arena *arena = &merged->builder->arena;
	json_int_t id = json_integer_value(json_object_get(object, "id"));
	struct merged_thread *known;

	if (!json_is_object(object))
		return NULL;
	HASH_FIND(hh, merged->threads, &id, sizeof(id), known);
	if (known)
		return &known->thread;
	known = build_alloc(merged->builder, sizeof(*known));
	known->id = id;
	known->thread = (struct thread){.id = is_of_one_run(merged) ? (uint32_t)id : ++merged->builder->threads_numbered,
					.name = merged_member(merged, reading->record, object, "name"),
					.created = stack_at(reading, object, "created"),
					.pid = (pid_t)json_integer_value(json_object_get(object, "pid")),
					.tid = (pid_t)json_integer_value(json_object_get(object, "tid"))};
	HASH_ADD(hh, merged->threads, id, sizeof(known->id), known);
	if (!hash_added(known))
		die("out of memory");
	return &known->thread;
}

static const struct lock *lock_of(struct reading *reading, const json_t *object)
{
	struct merged *merged = reading->merged;
	struct arena *arena = &merged->builder->arena;
	struct merged_lock *known;
	const char *id, *class;

	if (!json_is_object(object))
		return NULL;
	id = merged_member(merged, reading->record, object, "id");
	HASH_FIND_STR(merged->locks, id, known);
	if (known)
		return &known->lock;
	class = merged_member(merged, reading->record, object, "class");
	known = build_alloc(merged->builder, sizeof(*known));
	known->id = id;
	known->lock = (struct lock){
		.id = is_of_one_run(merged) ? id : build_text(merged->builder, "L%zu", ++merged->builder->locks_numbered),
		.name = merged_member(merged, reading->record, object, "name"),
		.kind = merged_member(merged, reading->record, object, "type"),
		.created = stack_at(reading, object, "created"),
		.created_how = text_at(reading, object, "created_how"),
		.content = strtoull(class, NULL, 16),
	};
	known->lock.kin = known->lock.content;
	HASH_ADD_KEYPTR(hh, merged->locks, known->id, strlen(known->id), known);
	if (!hash_added(known))
		die("out of memory");
	return &known->lock;
}

static struct acquisition acquisition_of(struct reading *reading, const json_t *object)
{
	return (struct acquisition){.lock = lock_of(reading, json_object_get(object, "lock")),
				    .mode = merged_mode(object),
				    .how = merged_how(object),
				    .stack = stack_at(reading, object, "stack")};
}

static struct link link_of(struct reading *reading, const json_t *object)
{
	const char *by = json_string_value(json_object_get(object, "by"));
	struct link link = {.by = by && strcmp(by, "end") == 0	   ? LINK_END
				  : by && strcmp(by, "queue") == 0 ? LINK_QUEUE
								   : LINK_LOCK,
			    .thread = thread_of(reading, json_object_get(object, "thread")),
			    .held = acquisition_of(reading, json_object_get(object, "held")),
			    .wanted = acquisition_of(reading, json_object_get(object, "wanted"))};

	if (!link.held.lock || !link.wanted.lock)
		merged_damaged(reading->merged, reading->record);
	return link;
}

static struct blocked blocked_of(struct reading *reading, const json_t *object)
{
	const json_t *held = json_object_get(object, "held"), *one;
	struct blocked blocked = {.thread = thread_of(reading, json_object_get(object, "thread")),
				  .in_ring = json_is_true(json_object_get(object, "in_ring")),
				  .waits = merged_member(reading->merged, reading->record, object, "waits"),
				  .lock = lock_of(reading, json_object_get(object, "lock")),
				  .holder = thread_of(reading, json_object_get(object, "holder")),
				  .taken = stack_at(reading, object, "taken"),
				  .msec = (uint64_t)json_integer_value(json_object_get(object, "msec")),
				  .stack = stack_at(reading, object, "stack")};
	size_t i;

	blocked.held = build_alloc(reading->merged->builder, json_array_size(held) * sizeof(*blocked.held));
	json_array_foreach(held, i, one)
	{
		blocked.held[i] = acquisition_of(reading, one);
		if (!blocked.held[i].lock)
			merged_damaged(reading->merged, reading->record);
	}
	blocked.held_count = json_array_size(held);
	return blocked;
}

static struct witness_step step_of(struct reading *reading, const json_t *object)
{
	return (struct witness_step){.thread = thread_of(reading, json_object_get(object, "thread")),
				     .before = (uint64_t)json_integer_value(json_object_get(object, "before")),
				     .does = merged_member(reading->merged, reading->record, object, "does"),
				     .what = text_at(reading, object, "what"),
				     .holder = thread_of(reading, json_object_get(object, "holder")),
				     .stack = stack_at(reading, object, "stack")};
}

static const struct witnessed *witness_of(struct reading *reading, const json_t *object)
{
	const json_t *steps = json_object_get(object, "steps"), *step;
	struct witnessed *witness;
	size_t i;

	if (!json_is_object(object))
		return NULL;
	witness = build_alloc(reading->merged->builder, sizeof(*witness));
	*witness = (struct witnessed){.kind = text_at(reading, object, "witness"),
				      .why = merged_member(reading->merged, reading->record, object, "why"),
				      .left_out = (uint64_t)json_integer_value(json_object_get(object, "left_out"))};
	witness->steps = build_alloc(reading->merged->builder, json_array_size(steps) * sizeof(*witness->steps));
	json_array_foreach(steps, i, step)
	{
		witness->steps[i] = step_of(reading, step);
	}
	witness->steps_count = json_array_size(steps);
	return witness;
}

/* ---- lists ---- */

#define LIST(list, array, one)                                                                                                             \
	do {                                                                                                                               \
		const json_t *element;                                                                                                     \
		size_t place;                                                                                                              \
                                                                                                                                           \
		finding->list = build_alloc(reading->merged->builder, json_array_size(array) * sizeof(*finding->list));                    \
		json_array_foreach(array, place, element)                                                                                  \
		{                                                                                                                          \
			finding->list[place] = one;                                                                                        \
		}                                                                                                                          \
		finding->list##_count = json_array_size(array);                                                                            \
	} while (0)

static struct labelled_stack labelled_of(struct reading *reading, const json_t *object)
{
	struct labelled_stack labelled = {merged_member(reading->merged, reading->record, object, "label"),
					  thread_of(reading, json_object_get(object, "thread")), stack_at(reading, object, "stack")};

	if (!labelled.stack)
		merged_damaged(reading->merged, reading->record);
	return labelled;
}

static const struct lock *a_lock(struct reading *reading, const json_t *object)
{
	const struct lock *lock = lock_of(reading, object);

	if (!lock)
		merged_damaged(reading->merged, reading->record);
	return lock;
}

static void read_lists(struct reading *reading, struct finding *finding, const json_t *object)
{
	const json_t *locks = json_object_get(object, "locks"), *links = json_object_get(object, "links");
	const json_t *stacks = json_object_get(object, "stacks"), *blocked = json_object_get(object, "blocked");

	LIST(locks, locks, a_lock(reading, element));
	LIST(links, links, link_of(reading, element));
	LIST(stacks, stacks, labelled_of(reading, element));
	LIST(blocked, blocked, blocked_of(reading, element));
	/* Those of the ring come first, one for each link. */
	if (finding->blocked_count && finding->blocked_count < finding->links_count)
		merged_damaged(reading->merged, reading->record);
}

/* The runs that saw it, where there are several in the file; their counts add up. */
static void read_origins(struct reading *reading, struct finding *finding, json_t *runs)
{
	const struct origin **list = build_alloc(reading->merged->builder, json_object_size(runs) * sizeof(*list));
	size_t listed = 0;
	const char *id;
	json_t *count;

	json_object_foreach(runs, id, count)
	{
		size_t run = merged_run_of(reading->merged, id);

		if (run == reading->merged->runs_count || !json_is_integer(count) || json_integer_value(count) <= 0)
			merged_damaged(reading->merged, reading->record);
		list[listed++] = &reading->merged->runs[run].origin;
		finding->count += (uint64_t)json_integer_value(count);
	}
	finding->runs = list;
	finding->runs_count = is_of_one_run(reading->merged) ? 0 : listed;
}

struct finding merged_finding(struct merged *merged, const struct record *record)
{
	struct reading reading = {merged, record};
	json_t *object = merged_object(merged, record);
	const char *rule = merged_member(merged, record, object, "rule");
	struct finding finding = {.rule = rule_find(rule)};

	if (!is_of_one_run(merged)) {
		merged->locks = NULL;
		merged->threads = NULL;
	}
	if (finding.rule >= 0) {
		finding.fingerprint = (char *)merged_member(merged, record, object, "fingerprint");
		finding.message = (char *)merged_member(merged, record, object, "message");
		finding.reason = (char *)merged_member(merged, record, object, "reason");
		finding.cause = text_at(&reading, object, "cause");
		finding.signal = text_at(&reading, object, "signal");
		finding.pid = (pid_t)json_integer_value(json_object_get(object, "pid"));
		finding.exe = merged_member(merged, record, object, "exe");
		read_lists(&reading, &finding, object);
		read_origins(&reading, &finding, json_object_get(object, "runs"));
		finding.witness = witness_of(&reading, json_object_get(object, "witness"));
		if (json_is_object(json_object_get(object, "alone"))) {
			struct link *alone = build_alloc(merged->builder, sizeof(*alone));

			*alone = link_of(&reading, json_object_get(object, "alone"));
			finding.alone = alone;
		}
	} else {
		run_remark(merged->builder->run,
			   printed("%s: the rule `%s` is not known here: its findings are left out", merged->path, rule));
	}
	json_decref(object);
	return finding;
}
