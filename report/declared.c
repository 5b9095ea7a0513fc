/* declared.c: what was done against the orders that the source declares, as findings. See ring.h. */
#include "memory.h"
#include "ring.h"

static bool is_declared(const struct judge *judge, const struct cycle *cycle, uint32_t link)
{
	return cycle->links[link % cycle->length].dependency >= judge->declared_from;
}

static uint32_t count_taken(const struct judge *judge, const struct cycle *cycle)
{
	uint32_t taken = 0;

	for (uint32_t i = 0; i < cycle->length; i++)
		taken += !is_declared(judge, cycle, i);
	return taken;
}

/* The links of threads, as a hash. */
struct declared_told {
	uint64_t key;
	UT_hash_handle hh;
};

/* Adds them, unless they were told already. */
static bool is_news(struct judge *judge, const struct cycle *cycle)
{
	struct arena *arena = &judge->arena;
	struct declared_told *told, *known;

	told = arena_alloc(arena, sizeof(*told));
	if (!told)
		die("out of memory");
	for (uint32_t i = 0; i < cycle->length; i++)
		if (!is_declared(judge, cycle, i))
			told->key += hash_mix(cycle->links[i].dependency, cycle->links[i].held);
	HASH_FIND(hh, judge->declared_told, &told->key, sizeof(told->key), known);
	if (known)
		return false;
	HASH_ADD(hh, judge->declared_told, key, sizeof(told->key), told);
	if (!hash_added(told))
		die("out of memory");
	return true;
}

bool declared_counts(struct judge *judge, const struct cycle *cycle)
{
	uint32_t taken = count_taken(judge, cycle);

	return taken < cycle->length && (taken == 1 || (taken > 1 && cycle->rule == RULE_LOCK_ORDER_CYCLE)) && is_news(judge, cycle);
}

/* The link behind a declared one, or behind several. */
static uint32_t first_taken(const struct judge *judge, const struct cycle *cycle)
{
	uint32_t first = 0;

	while (is_declared(judge, cycle, first) || !is_declared(judge, cycle, first + cycle->length - 1))
		first++;
	return first;
}

/* "thread `t` takes `B` then `A`" */
static const char *taken_story(struct builder *builder, const char *story, const struct link *link)
{
	return build_text(builder, "%s%sthread `%s` takes `%s` then `%s`", story, *story ? "; " : "",
			  link->thread ? link->thread->name : "an unknown thread", link->held.lock->name, link->wanted.lock->name);
}

static const char *order_story(struct builder *builder, const char *story, const struct link *link, bool more)
{
	return build_text(builder, "%s%s `%s` is declared to come before `%s`", story, more ? " and" : ", but", link->held.lock->name,
			  link->wanted.lock->name);
}

static void add_stack(struct finding *finding, const char *label, const struct thread *thread, const struct stack *stack)
{
	if (stack)
		finding->stacks[finding->stacks_count++] = (struct labelled_stack){label, thread, stack};
}

/* What the threads did first, then the orders; the ring's links stay in their order. */
static void tell_link(struct builder *builder, struct finding *finding, const struct link *link, bool declared, const char **story)
{
	if (!declared) {
		*story = taken_story(builder, *story, link);
		add_stack(finding, "acquired here", link->thread, link->held.stack);
		add_stack(finding, "asked for here", link->thread, link->wanted.stack);
		return;
	}
	*story = order_story(builder, *story, link, finding->reason != NULL);
	add_stack(finding, "declared here", link->thread, link->held.stack);
	finding->reason = (char *)build_text(builder, "the order is declared %s", story_place(builder, link->held.stack));
}

static const struct thread *declarer(const struct judge *judge, const struct cycles_link *link)
{
	return build_thread(judge->builder, judge->declared[link->dependency - judge->declared_from]->thread);
}

struct finding declared_finding(struct judge *judge, const struct cycle *cycle)
{
	struct builder *builder = judge->builder;
	struct owner owner = judge->owners[cycle->links[0].dependency];
	const struct image *image = &builder->run->images[owner.image];
	const struct fact_process *process = (const struct fact_process *)index_find(&image->processes, owner.process);
	struct finding finding = {.rule = RULE_DECLARED_ORDER, .count = cycle->count, .locks_count = cycle->length};
	uint32_t first = first_taken(judge, cycle);
	const char *story = "";

	finding.pid = process ? (pid_t)process->pid : 0;
	finding.exe = process ? process->exe : "?";
	finding.locks = build_alloc(builder, cycle->length * sizeof(*finding.locks));
	finding.stacks = build_alloc(builder, 2 * cycle->length * sizeof(*finding.stacks));
	for (int declared = 0; declared < 2; declared++)
		for (uint32_t i = 0; i < cycle->length; i++) {
			uint32_t number = (first + i) % cycle->length;
			struct link link;

			if (is_declared(judge, cycle, number) != (declared == 1))
				continue;
			link = ring_link(judge, &cycle->links[number]);
			if (declared)
				link.thread = declarer(judge, &cycle->links[number]);
			finding.locks[i] = link.held.lock;
			tell_link(builder, &finding, &link, declared, &story);
		}
	finding.message = (char *)story;
	return finding;
}
