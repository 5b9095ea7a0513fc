/* judge.c: see judge.h. */
#include "judge.h"

#include <stdlib.h>
#include <string.h>

#include "graph/cycles.h"
#include "graph/hash.h"
#include "memory.h"

/* Facts of one image by (thread, segment) or by dependency, sorted for look-up. */
struct judge {
	struct builder *builder;
	struct cycles_dependency *dependencies;
	size_t count;
	const struct fact_segment **segments;
	struct cycles_witness *witnesses;
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

static int compare_segments(const void *left, const void *right)
{
	const struct fact_segment *a = *(const struct fact_segment *const *)left, *b = *(const struct fact_segment *const *)right;

	if (a->thread != b->thread)
		return a->thread < b->thread ? -1 : 1;
	return (a->segment > b->segment) - (a->segment < b->segment);
}

static const struct fact_segment *segment_find(const struct judge *judge, struct cycles_witness witness)
{
	struct fact_segment key = {.thread = witness.thread, .segment = witness.segment}, *pointer = &key;
	const struct fact_segment *const *found = NULL;

	if (judge->builder->image->segments_count)
		found = bsearch(&pointer, judge->segments, judge->builder->image->segments_count, sizeof(*judge->segments),
				compare_segments);
	return found ? *found : NULL;
}

/* graph/clock.h: b's segment lists, for each thread, the last segment that is over before it begins. */
static bool before(void *ctx, struct cycles_witness a, struct cycles_witness b, struct fact_before *event)
{
	const struct judge *judge = ctx;
	const struct fact_segment *segment = segment_find(judge, b);

	for (uint32_t i = 0; segment && i < segment->count; i++) {
		if (segment->before[i].thread == a.thread && segment->before[i].segment >= a.segment) {
			*event = segment->before[i];
			return true;
		}
	}
	return false;
}

/* The user's frame where a stack begins: module and offset. */
static uint64_t location(void *ctx, uint32_t number)
{
	const struct judge *judge = ctx;
	const struct stack *stack = build_stack(judge->builder, number);
	uint64_t hash = 0;

	if (!stack)
		return number;
	for (const char *c = stack->frames[0].module; *c; c++)
		hash = hash_mix(hash, (uint8_t)*c);
	return hash_mix(hash, stack->frames[0].offset);
}

/* ---- input ---- */

static bool prefers_writers(const struct judge *judge, uint64_t number)
{
	const struct image *image = judge->builder->image;
	const struct fact_lock *lock = (const struct fact_lock *)index_find(&image->locks, number);
	const struct fact_class *class = lock ? (const struct fact_class *)index_find(&image->classes, lock->class) : NULL;

	return class && class->lock_kind == KIND_RWLOCK_WRITER;
}

static const struct cycles_held *held_copy(struct builder *builder, const struct fact_dependency *fact)
{
	struct cycles_held *held = build_alloc(builder, fact->count * sizeof(*held));

	for (uint32_t i = 0; i < fact->count; i++)
		held[i] = (struct cycles_held){fact->held[i].lock, fact->held[i].stack, fact->held[i].mode, fact->held[i].how};
	return held;
}

static int compare_witnesses(const void *left, const void *right)
{
	const struct fact_witness *a = *(const struct fact_witness *const *)left, *b = *(const struct fact_witness *const *)right;

	if (a->dependency != b->dependency)
		return a->dependency < b->dependency ? -1 : 1;
	return a < b ? -1 : a > b;
}

/* Hands each dependency its witnesses; `sorted` is by dependency. */
static void add_witnesses(struct judge *judge, const uint32_t *numbers, const struct fact_witness **sorted)
{
	size_t count = judge->builder->image->witnesses_count;

	judge->witnesses = new_zeroed(count, sizeof(*judge->witnesses));
	for (size_t i = 0; i < count; i++)
		judge->witnesses[i] = (struct cycles_witness){sorted[i]->thread, sorted[i]->segment};
	for (size_t i = 0; i < judge->count; i++) {
		struct cycles_dependency *dependency = &judge->dependencies[i];
		size_t low = 0, high = count;

		while (low < high) {
			size_t middle = low + (high - low) / 2;

			if (sorted[middle]->dependency < numbers[i])
				low = middle + 1;
			else
				high = middle;
		}
		dependency->witnesses = judge->witnesses + low;
		while (low < count && sorted[low++]->dependency == numbers[i])
			dependency->witness_count++;
	}
}

static void read_dependencies(struct judge *judge, uint32_t serial)
{
	struct builder *builder = judge->builder;
	const struct image *image = builder->image;
	const struct fact_witness **sorted = new_zeroed(image->witnesses_count, sizeof(*sorted));
	uint32_t *numbers = new_zeroed(image->dependencies_count, sizeof(*numbers));

	judge->dependencies = new_zeroed(image->dependencies_count, sizeof(*judge->dependencies));
	for (size_t i = 0; i < image->dependencies_count; i++) {
		const struct fact_dependency *fact = image->dependencies[i];

		if (fact->process != serial)
			continue;
		numbers[judge->count] = fact->id;
		judge->dependencies[judge->count++] = (struct cycles_dependency){
			.lock = fact->lock,
			.stack = fact->stack,
			.mode = fact->mode,
			.how = fact->how,
			.writer_preferring = prefers_writers(judge, fact->lock),
			.held_count = fact->count,
			.held = held_copy(builder, fact),
		};
	}
	if (image->witnesses_count)
		memcpy(sorted, image->witnesses, image->witnesses_count * sizeof(*sorted));
	qsort(sorted, image->witnesses_count, sizeof(*sorted), compare_witnesses);
	add_witnesses(judge, numbers, sorted);
	free(sorted);
	free(numbers);
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
		.held = {build_lock(builder, held->lock), mode_name(held->mode), how_name(held->how), build_stack(builder, held->stack)},
		.wanted = {build_lock(builder, dependency->lock), mode_name(dependency->mode), how_name(dependency->how),
			   build_stack(builder, dependency->stack)},
	};
}

static const char *thread_at(const struct finding *finding, uint32_t link)
{
	return finding->links[link].thread ? finding->links[link].thread->name : "an unknown thread";
}

static const char *reason_of(struct builder *builder, const struct finding *finding, const struct cycle *cycle)
{
	const char *event;

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
		event = cycle->event.event == EVENT_CREATE ? "pthread_create" : "pthread_join";
		return build_text(builder, "%s %s puts what `%s` did before what `%s` did", event,
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
	struct arena arena;

	arena_init(&arena, grow, release, NULL);
	read_dependencies(&judge, serial);
	judge.segments = new_zeroed(builder->image->segments_count, sizeof(*judge.segments));
	if (builder->image->segments_count)
		memcpy(judge.segments, builder->image->segments, builder->image->segments_count * sizeof(*judge.segments));
	qsort(judge.segments, builder->image->segments_count, sizeof(*judge.segments), compare_segments);
	input.dependencies = judge.dependencies;
	input.count = judge.count;
	result = cycles_find(&input, &arena);
	for (const struct cycle *cycle = result.cycles; cycle; cycle = cycle->next) {
		struct finding finding = finding_of(&judge, cycle, serial);

		add(builder, &finding);
	}
	if (result.bounded || result.no_memory)
		run_remark(builder->run, printed("the search for cycles was cut short after %llu of them: there may be more",
						 (unsigned long long)result.enumerated));
	arena_fini(&arena);
	free(judge.dependencies);
	free(judge.segments);
	free(judge.witnesses);
}
