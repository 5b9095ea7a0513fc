/* judge.c: see judge.h. */
#include "judge.h"

#include <stdlib.h>
#include <string.h>

#include "graph/cycles.h"
#include "graph/hash.h"
#include "memory.h"

/* A lock taken at a stack. The cycle stage knows these by their place in the list, wherever it says "stack". */
struct site {
	uint32_t stack;
	uint64_t lock;
	uint64_t location; /* 0: not looked up yet */
};
struct judge {
	struct builder *builder;
	struct arena arena; /* until the process is judged */
	struct cycles_dependency *dependencies;
	struct site *sites;
	size_t count, sites_count;
};

static void *grow(void *ctx, size_t size)
{
	(void)ctx;
	return new_zeroed(1, size);
}

static void release(void *ctx, void *block, size_t size)
{
	(void)ctx;
	(void)size;
	free(block);
}

/* ---- order of segments ---- */

/* graph/clock.h: b's segment lists, for each thread, the last segment that is over before it begins. */
static bool before(void *ctx, struct cycles_witness a, struct cycles_witness b, struct fact_before *event)
{
	const struct judge *judge = ctx;
	const struct fact_segment *segment = image_segment(judge->builder->image, b.thread, b.segment);

	for (uint32_t i = 0; segment && i < segment->count; i++) {
		if (segment->before[i].thread == a.thread && segment->before[i].segment >= a.segment &&
		    segment->before[i].event <= EVENT_ONCE) {
			*event = segment->before[i];
			return true;
		}
	}
	return false;
}

/* The user's frame where a lock is taken, and which lock: where a program has a locking function of its own, all its locks are taken at one
 * frame, and rings that have nothing to do with each other would be one finding. */
static uint64_t location_of(struct builder *builder, const struct site *site)
{
	const struct stack *stack = build_stack(builder, site->stack);
	uint64_t hash = build_lock(builder, site->lock)->kin;

	if (!stack)
		return hash_mix(hash, site->stack);
	for (const char *c = stack->frames[0].module; *c; c++)
		hash = hash_mix(hash, (uint8_t)*c);
	return hash_mix(hash, stack->frames[0].offset);
}

static uint64_t location(void *ctx, uint32_t number)
{
	struct judge *judge = ctx;
	struct site *site = &judge->sites[number];

	if (!site->location)
		site->location = location_of(judge->builder, site) | 1;
	return site->location;
}

/* ---- input ---- */

static bool prefers_writers(const struct judge *judge, uint64_t number)
{
	const struct image *image = judge->builder->image;
	const struct fact_lock *lock = image_lock(image, number);
	const struct fact_class *class = lock ? (const struct fact_class *)index_find(&image->classes, lock->class) : NULL;

	return class && class->lock_kind == KIND_RWLOCK_WRITER;
}

static void *scratch(struct judge *judge, size_t count, size_t size)
{
	void *memory = arena_alloc(&judge->arena, count ? count * size : 1);

	if (!memory)
		die("out of memory");
	return memory;
}

static uint32_t add_site(struct judge *judge, uint32_t stack, uint64_t lock)
{
	judge->sites[judge->sites_count] = (struct site){stack, lock, 0};
	return (uint32_t)judge->sites_count++;
}

static const struct cycles_held *held_copy(struct judge *judge, const struct fact_dependency *fact)
{
	struct cycles_held *held = scratch(judge, fact->count, sizeof(*held));

	for (uint32_t i = 0; i < fact->count; i++)
		held[i] = (struct cycles_held){fact->held[i].lock, add_site(judge, fact->held[i].stack, fact->held[i].lock),
					       fact->held[i].mode, fact->held[i].how};
	return held;
}

static void add_witnesses(struct judge *judge, struct cycles_dependency *dependency, uint32_t number)
{
	const struct image *image = judge->builder->image;
	size_t first = image_witnesses_of(image, number), end = first;
	struct cycles_witness *witnesses;

	while (end < image->witnesses_count && image->witnesses[end]->dependency == number)
		end++;
	witnesses = scratch(judge, end - first, sizeof(*witnesses));
	for (size_t i = first; i < end; i++)
		witnesses[i - first] = (struct cycles_witness){image->witnesses[i]->thread, image->witnesses[i]->segment};
	dependency->witnesses = witnesses;
	dependency->witness_count = (uint32_t)(end - first);
}

static void add_dependency(struct judge *judge, const struct fact_dependency *fact)
{
	struct cycles_dependency *dependency = &judge->dependencies[judge->count++];

	*dependency = (struct cycles_dependency){
		.lock = fact->lock,
		.stack = add_site(judge, fact->stack, fact->lock),
		.mode = fact->mode,
		.how = fact->how,
		.writer_preferring = prefers_writers(judge, fact->lock),
		.held_count = fact->count,
		.held = held_copy(judge, fact),
	};
	add_witnesses(judge, dependency, fact->id);
}

static void read_dependencies(struct judge *judge, uint32_t serial)
{
	const struct image *image = judge->builder->image;
	size_t first = image_dependencies_of(image, serial), end = first, sites = 0;

	for (; end < image->dependencies_count && image->dependencies[end]->process == serial; end++)
		sites += 1u + image->dependencies[end]->count;
	judge->dependencies = scratch(judge, end - first, sizeof(*judge->dependencies));
	judge->sites = scratch(judge, sites, sizeof(*judge->sites));
	for (size_t i = first; i < end; i++)
		add_dependency(judge, image->dependencies[i]);
}

/* ---- output ---- */

static const char *mode_name(uint8_t mode)
{
	return mode == LOCK_SHARED ? "shared" : "exclusive";
}

static const char *how_name(uint8_t how)
{
	return how == LOCK_TIMED ? "timed" : how == LOCK_TRY ? "try" : "blocking";
}

static struct link link_of(struct judge *judge, const struct cycles_link *from)
{
	const struct cycles_dependency *dependency = &judge->dependencies[from->dependency];
	const struct cycles_held *held = &dependency->held[from->held];
	struct builder *builder = judge->builder;

	return (struct link){
		.thread = build_thread(builder, from->witness.thread),
		.held = {build_lock(builder, held->lock), mode_name(held->mode), how_name(held->how),
			 build_stack(builder, judge->sites[held->stack].stack)},
		.wanted = {build_lock(builder, dependency->lock), mode_name(dependency->mode), how_name(dependency->how),
			   build_stack(builder, judge->sites[dependency->stack].stack)},
	};
}

static const char *thread_at(const struct finding *finding, uint32_t link)
{
	return finding->links[link].thread ? finding->links[link].thread->name : "an unknown thread";
}

static const char *reason_of(struct builder *builder, const struct finding *finding, const struct cycle *cycle)
{
	static const char *const events[] = {[EVENT_CREATE] = "pthread_create",
					     [EVENT_JOIN] = "pthread_join",
					     [EVENT_BARRIER] = "pthread_barrier_wait",
					     [EVENT_SEMAPHORE] = "sem_post",
					     [EVENT_CONDITION] = "the condition signalled",
					     [EVENT_ONCE] = "pthread_once"};

	switch (cycle->rule) {
	case RULE_CYCLE_SINGLE_THREAD:
		return build_text(builder, "no two threads: only `%s` took the locks in these orders", thread_at(finding, 0));
	case RULE_CYCLE_COMPATIBLE:
		return build_text(builder, "`%s` is asked for and held by readers only, which do not block each other",
				  finding->links[cycle->why_link].wanted.lock->name);
	case RULE_CYCLE_GATED:
		return build_text(builder, "gate lock `%s` is held by threads `%s` and `%s` around both orders",
				  build_lock(builder, cycle->gate)->name, thread_at(finding, cycle->gate_links[0]),
				  thread_at(finding, cycle->gate_links[1]));
	case RULE_CYCLE_ORDERED:
		return build_text(builder, "%s %s puts what `%s` did before what `%s` did", events[cycle->event.event],
				  story_place(builder, build_stack(builder, cycle->event.stack)), thread_at(finding, cycle->event_links[0]),
				  thread_at(finding, cycle->event_links[1]));
	case RULE_CYCLE_WEAKLY_ORDERED:
		return build_text(builder, "only %s %s put what `%s` did before what `%s` did, in this run", events[cycle->event.event],
				  story_place(builder, build_stack(builder, cycle->event.stack)), thread_at(finding, cycle->event_links[0]),
				  thread_at(finding, cycle->event_links[1]));
	case RULE_CYCLE_BOUNDED:
		return build_text(builder, "thread `%s` asks for `%s` with a time limit, so it cannot wait for ever",
				  thread_at(finding, cycle->why_link), finding->links[cycle->why_link].wanted.lock->name);
	default:
		if (cycle->reader_behind_writer)
			return build_text(builder, "reader-behind-writer: `%s` makes readers wait behind a waiting writer",
					  finding->links[cycle->why_link].wanted.lock->name);
		return "different threads, no gate lock, and nothing that orders them: they can meet";
	}
}

static struct finding finding_of(struct judge *judge, const struct cycle *cycle, uint32_t serial)
{
	struct builder *builder = judge->builder;
	const struct fact_process *process = (const struct fact_process *)index_find(&builder->image->processes, serial);
	struct finding finding = {.rule = cycle->rule, .count = cycle->count, .links_count = cycle->length, .locks_count = cycle->length};

	finding.pid = process ? (pid_t)process->pid : 0;
	finding.exe = process ? process->exe : "?";
	finding.links = build_alloc(builder, cycle->length * sizeof(*finding.links));
	finding.locks = build_alloc(builder, cycle->length * sizeof(*finding.locks));
	for (uint32_t i = 0; i < cycle->length; i++) {
		finding.links[i] = link_of(judge, &cycle->links[i]);
		finding.locks[i] = finding.links[i].held.lock;
	}
	finding.reason = (char *)reason_of(builder, &finding, cycle);
	return finding;
}

void judge_process(struct builder *builder, uint32_t serial, void (*add)(struct builder *builder, const struct finding *finding))
{
	struct judge judge = {.builder = builder};
	struct cycles_input input = {.location = location, .before = before, .ctx = &judge};
	struct cycles_result result;

	arena_init(&judge.arena, grow, release, NULL);
	read_dependencies(&judge, serial);
	input.dependencies = judge.dependencies;
	input.count = judge.count;
	result = cycles_find(&input, &judge.arena);
	for (const struct cycle *cycle = result.cycles; cycle; cycle = cycle->next) {
		struct finding finding = finding_of(&judge, cycle, serial);

		add(builder, &finding);
	}
	if (result.bounded || result.no_memory)
		run_remark(builder->run, printed("the search for cycles was cut short after %llu of them: there may be more",
						 (unsigned long long)result.enumerated));
	arena_fini(&judge.arena);
}
