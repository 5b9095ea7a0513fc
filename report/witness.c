/* witness.c: see witness.h. */
#include "witness.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

/* ---- the trace ---- */

static int compare_numbers(const void *a, const void *b)
{
	uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;

	return (one > other) - (one < other);
}

/* The threads that chunks of the process begin with or change to: sorted, each once. */
static struct history_thread *list_threads(const struct image *image, uint32_t process, size_t *count)
{
	const struct trace_event *events;
	struct history_thread *threads;
	struct recording_cursor cursor;
	uint32_t owner, length, *numbers = NULL;
	size_t room = 0;

	*count = 0;
	recording_start(&cursor, image->data, image->size);
	while ((events = recording_next_trace(&cursor, &owner, &length)))
		for (uint32_t i = 0; i < length && owner == process; i++) {
			if (TRACE_OP(&events[i]) != TRACE_THREAD)
				continue;
			if (*count == room) {
				room = room ? room * 2 : 64;
				numbers = resized(numbers, room, sizeof(*numbers));
			}
			numbers[(*count)++] = events[i].object;
		}
	if (*count == 0)
		return NULL;
	qsort(numbers, *count, sizeof(*numbers), compare_numbers);
	threads = new_zeroed(*count, sizeof(*threads));
	room = *count;
	*count = 0;
	for (size_t i = 0; i < room; i++)
		if (i == 0 || numbers[i] != numbers[i - 1])
			threads[(*count)++].number = numbers[i];
	free(numbers);
	return threads;
}

static int compare_thread(const void *number, const void *thread)
{
	return compare_numbers(number, &((const struct history_thread *)thread)->number);
}

/* Counts each thread's events, or copies them to where `events` points. */
static void read_events(const struct image *image, uint32_t process, struct history_thread *threads, size_t count, bool copy)
{
	const struct trace_event *events;
	struct recording_cursor cursor;
	uint32_t owner, length;

	recording_start(&cursor, image->data, image->size);
	while ((events = recording_next_trace(&cursor, &owner, &length))) {
		struct history_thread *thread = NULL;

		for (uint32_t i = 0; i < length && owner == process; i++) {
			if (TRACE_OP(&events[i]) == TRACE_THREAD) {
				thread = bsearch(&events[i].object, threads, count, sizeof(*threads), compare_thread);
			} else if (thread) {
				if (copy)
					((struct trace_event *)(uintptr_t)thread->events)[thread->count] = events[i];
				thread->count++;
			}
		}
	}
}

struct history *witness_history(const struct image *image, uint32_t process, struct arena *arena)
{
	size_t count;
	struct history_thread *listed = list_threads(image, process, &count), *threads;

	if (!listed)
		return NULL;
	threads = arena_alloc(arena, count * sizeof(*threads));
	if (!threads)
		die("out of memory");
	memcpy(threads, listed, count * sizeof(*threads));
	free(listed);
	read_events(image, process, threads, count, false);
	for (size_t i = 0; i < count; i++) {
		threads[i].events = arena_alloc(arena, (threads[i].count + 1) * sizeof(*threads[i].events));
		if (!threads[i].events)
			die("out of memory");
		threads[i].count = 0;
	}
	read_events(image, process, threads, count, true);
	return history_new(threads, count, arena);
}

/* ---- steps ---- */

static const char *thread_name(struct builder *builder, uint32_t number)
{
	const struct thread *thread = build_thread(builder, number);

	return thread ? thread->name : "a thread";
}

static const char *lock_name(struct builder *builder, uint32_t number)
{
	return image_lock(builder->image, number) ? build_lock(builder, number)->name : "a lock";
}

static struct witness_step step_of(struct builder *builder, const struct history *history, uint32_t thread, uint32_t index)
{
	static const char *const words[TRACE_COUNT] = {
		[TRACE_REQUEST] = "waits for",	      [TRACE_ACQUIRE] = "takes", [TRACE_RELEASE] = "releases",
		[TRACE_CREATE] = "creates",	      [TRACE_JOIN] = "joins",	 [TRACE_POST] = "lets waiters go on",
		[TRACE_WAIT] = "goes on after a wait"};
	const struct trace_event *event = history_event(history, thread, index);
	struct witness_step step = {.thread = build_thread(builder, history->threads[thread].number)};

	step.does = TRACE_OP(event) < TRACE_COUNT && words[TRACE_OP(event)] ? words[TRACE_OP(event)] : "does something";
	if (TRACE_IS(event, TRACE_SHARED))
		step.does = trace_is_request(event) ? "waits to read" : "reads";
	if (trace_is_of_lock(event))
		step.what = lock_name(builder, event->object);
	else if (!trace_is_of_order(event))
		step.what = thread_name(builder, event->object);
	step.stack = build_stack(builder, TRACE_STACK(event));
	return step;
}

/* Does the run belong to what a thread of the ring does last: from where it takes its lock on? */
static bool is_final(const struct witness *witness, uint32_t count, const struct schedule_run *run)
{
	for (uint32_t i = 0; i < count; i++)
		if (witness->threads[i] == run->thread && run->to > witness->takes[i])
			return true;
	return false;
}

#define SHOWN 6 /* events of one run that are listed one by one; of a longer one the last, of a final one these last */

static void add_run(struct builder *builder, const struct history *history, const struct schedule_run *run, uint32_t shown,
		    struct witnessed *told)
{
	uint64_t before = run->to - shown - run->from;

	for (uint32_t i = run->to - shown; i < run->to; i++) {
		struct witness_step step = step_of(builder, history, run->thread, i);

		/* A wait that is over at once is none. */
		if (trace_is_request(history_event(history, run->thread, i)) && i + 1 < run->to)
			continue;
		step.before = before;
		before = 0;
		told->steps[told->steps_count++] = step;
	}
}

static void add_steps(struct builder *builder, struct history *history, const struct witness *witness, uint32_t count,
		      struct witnessed *told)
{
	const struct schedule *schedule = &witness->schedule;

	told->steps = build_alloc(builder, (schedule->count * SHOWN + count) * sizeof(*told->steps));
	told->left_out = schedule->left_out;
	for (uint32_t i = 0; i < schedule->count; i++) {
		const struct schedule_run *run = &schedule->runs[i];
		bool whole = run->to - run->from <= SHOWN;

		add_run(builder, history, run, whole ? run->to - run->from : is_final(witness, count, run) ? SHOWN : 1, told);
	}
	for (uint32_t i = 0; i < count; i++) {
		struct witness_step step = step_of(builder, history, witness->threads[i], witness->stops[i]);

		step.does = strcmp(step.does, "reads") == 0 ? "waits to read" : strcmp(step.does, "takes") == 0 ? "waits for" : step.does;
		step.holder = build_thread(builder, history->threads[witness->threads[(i + 1) % count]].number);
		told->steps[told->steps_count++] = step;
	}
}

/* ---- what was in the way ---- */

static const char *past_reason(struct builder *builder, struct history *history, const struct witness *witness)
{
	const struct closure_cause *cause = &witness->cause;
	const struct trace_event *event = history_event(history, cause->thread, cause->event);
	const char *other = thread_name(builder, history->threads[cause->thread].number);
	const char *mine = thread_name(builder, history->threads[witness->threads[witness->link]].number);
	const char *place = TRACE_STACK(event) ? story_place(builder, build_stack(builder, TRACE_STACK(event))) : "";

	switch (cause->rule) {
	case CLOSURE_SECTION:
	case CLOSURE_KEPT:
		return build_text(builder, "`%s` took `%s` %s after `%s` had released it, and had done its part by then", other,
				  lock_name(builder, event->object), place, mine);
	case CLOSURE_POST:
		return build_text(builder, "`%s` went on after a wait for what `%s` had posted or signalled, and had done its part by then",
				  other, mine);
	case CLOSURE_JOIN:
		return build_text(builder, "`%s` joined `%s` %s before", other, mine, place);
	case CLOSURE_CREATE:
		return build_text(builder, "`%s` was created by `%s`, which had done its part by then", other, mine);
	default:
		return build_text(builder, "what `%s` did comes after what `%s` did", other, mine);
	}
}

static const char *obstacle(struct builder *builder, struct history *history, const struct witness *witness)
{
	switch (witness->obstacle) {
	case OBSTACLE_NOT_TRACED:
		return "the trace ends before all parts of it were done";
	case OBSTACLE_THREADS:
		return "the trace has no thread of its own for each part";
	case OBSTACLE_PAST:
		return past_reason(builder, history, witness);
	case OBSTACLE_NO_ORDER:
		return "the trace contradicts itself";
	default:
		return "there is not enough memory for the search";
	}
}

static const char *strength(const struct witness *witness)
{
	if (witness->kind == WITNESS_STRONG)
		return "it keeps the order of all other locks, and in this run the threads were there at the same time";
	return witness->kept ? "it keeps the order of all other locks" : "it leaves out sections of other locks that came before";
}

const struct witnessed *witness_none(struct builder *builder, const char *why)
{
	struct witnessed *told = build_alloc(builder, sizeof(*told));

	told->why = why;
	return told;
}

const struct witnessed *witness_tell(struct builder *builder, struct history *history, const struct places_link *links, uint32_t count)
{
	struct witness *witness = new_zeroed(1, sizeof(*witness));
	struct witnessed *told = build_alloc(builder, sizeof(*told));

	witness_find(history, links, count, witness);
	if (witness->kind == WITNESS_NONE) {
		told->why = obstacle(builder, history, witness);
	} else {
		told->kind = witness->kind == WITNESS_STRONG ? "strong" : "plain";
		told->why = strength(witness);
		add_steps(builder, history, witness, count, told);
	}
	free(witness);
	return told;
}
