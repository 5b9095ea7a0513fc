/* forced.c: see forced.h. */
#include "forced.h"

#include <string.h>

#define PASSES_MAX 1000

struct forced {
	const struct history *history;
	uint32_t threads;
	uint32_t *frontier; /* by thread: how many of its events come before the places */
	uint32_t *limit;    /* by thread: how many may */
	bool *stands;	    /* by thread: it is one of the places' */
	uint32_t *clocks;   /* by event, then by thread: how many of that one's events come before it, or are it */
	bool weakly;	    /* what was posted comes before who went on */
	bool changed, apart;
};

static uint32_t *clock_of(const struct forced *forced, uint32_t number)
{
	return forced->clocks + (size_t)number * forced->threads;
}

static void require(struct forced *forced, uint32_t thread, uint32_t count)
{
	forced->apart |= count > forced->limit[thread];
	if (count <= forced->frontier[thread])
		return;
	forced->frontier[thread] = count;
	forced->changed = true;
}

/* What came before an event of `thread` also came before that of which `clock` is. */
static void follow(struct forced *forced, uint32_t *clock, uint32_t thread, uint32_t event)
{
	const uint32_t *before = clock_of(forced, forced->history->threads[thread].first + event);

	require(forced, thread, event + 1);
	for (uint32_t i = 0; i < forced->threads; i++) {
		uint32_t count = i == thread && before[i] <= event ? event + 1 : before[i];

		if (clock[i] >= count)
			continue;
		clock[i] = count;
		forced->changed = true;
		require(forced, i, count);
	}
}

/* ---- sections ---- */

static bool conflict(const struct trace_event *a, const struct trace_event *b)
{
	return !(TRACE_IS(a, TRACE_SHARED) && TRACE_IS(b, TRACE_SHARED));
}

/* The last section of that lock that conflicts with `event` and begins before the thread's event `end`; HISTORY_NONE: there is none. */
static uint32_t last_section(const struct forced *forced, const struct history_object *object, uint32_t thread, uint32_t end,
			     const struct trace_event *event)
{
	const struct history *history = forced->history;
	uint32_t first = history->threads[thread].first, low = 0, high = object->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (history->by_thread[object->first + middle] < first + end)
			low = middle + 1;
		else
			high = middle;
	}
	while (low-- > 0 && history->by_thread[object->first + low] >= first) {
		uint32_t number = history->by_thread[object->first + low];
		const struct trace_event *other = history_event(history, thread, number - first);

		if (trace_is_acquire(other) && !TRACE_IS(other, TRACE_TRY) && history->match[number] != number - first &&
		    conflict(event, other))
			return number - first;
	}
	return HISTORY_NONE;
}

/* What others did in this lock before the section that begins here is over there by now. */
static void order_sections(struct forced *forced, uint32_t thread, uint32_t event)
{
	const struct history *history = forced->history;
	uint32_t number = history->threads[thread].first + event, end = history->match[number];
	const struct history_object *object = &history->objects[history->object[number]];
	const struct trace_event *what = history_event(history, thread, event);
	bool going_on = forced->stands[thread] && (end == HISTORY_NONE || end >= forced->limit[thread]);
	const uint32_t *clock;

	if (object->unbalanced || end == event || TRACE_IS(what, TRACE_TRY))
		return;
	if (end == HISTORY_NONE || end >= forced->frontier[thread])
		end = forced->frontier[thread] - 1;
	clock = clock_of(forced, history->threads[thread].first + end);
	for (uint32_t i = 0; i < forced->threads && !forced->apart; i++) {
		uint32_t bound = going_on ? forced->frontier[i] : clock[i], section, over;

		section = i == thread || bound == 0 ? HISTORY_NONE : last_section(forced, object, i, bound, what);
		if (section == HISTORY_NONE)
			continue;
		over = history->match[history->threads[i].first + section];
		if (over == HISTORY_NONE || over >= forced->limit[i])
			forced->apart = true;
		else
			follow(forced, clock_of(forced, number), i, over);
	}
}

/* All that was posted before the wait was over. */
static void follow_posts(struct forced *forced, uint32_t *clock, uint32_t number)
{
	const struct history *history = forced->history;
	const struct history_object *object = &history->objects[history->object[number]];

	for (uint32_t i = 0; i < history->position[number]; i++) {
		struct history_entry entry = history->order[object->first + i];

		if (entry.does == DOES_POST)
			follow(forced, clock, entry.thread, entry.event);
	}
}

/* ---- passes ---- */

static void pass_event(struct forced *forced, uint32_t thread, uint32_t event)
{
	const struct history *history = forced->history;
	const struct history_thread *about = &history->threads[thread];
	uint32_t *clock = clock_of(forced, about->first + event), other;
	const struct trace_event *what = history_event(history, thread, event);

	if (event)
		follow(forced, clock, thread, event - 1);
	else if (about->creator != HISTORY_NONE)
		follow(forced, clock, about->creator, about->created);
	if (TRACE_OP(what) == TRACE_JOIN) {
		other = history_thread(history, what->object);
		if (other != HISTORY_NONE && history->threads[other].count)
			follow(forced, clock, other, history->threads[other].count - 1);
	}
	if (TRACE_OP(what) == TRACE_WAIT && forced->weakly)
		follow_posts(forced, clock, about->first + event);
	if (trace_is_acquire(what))
		order_sections(forced, thread, event);
	/* It would come after one that comes after it. */
	if (clock[thread] > event + 1)
		forced->apart = true;
	if (clock[thread] < event + 1)
		clock[thread] = event + 1;
}

static void work_out(struct forced *forced)
{
	forced->changed = true;
	for (uint32_t pass = 0; pass < PASSES_MAX && forced->changed && !forced->apart; pass++) {
		forced->changed = false;
		for (uint32_t i = 0; i < forced->threads && !forced->apart; i++)
			for (uint32_t j = 0; j < forced->frontier[i] && !forced->apart; j++)
				pass_event(forced, i, j);
	}
}

bool forced_apart(const struct history *history, const struct place *const *at, uint32_t count, bool weakly)
{
	struct arena *arena = history->arena;
	size_t threads = history->threads_count, clocks = threads * history->events_count;
	struct forced forced = {.history = history, .threads = history->threads_count, .weakly = weakly};

	if (clocks > FORCED_MAX)
		return false;
	forced.frontier = arena_alloc(arena, threads * sizeof(uint32_t));
	forced.limit = arena_alloc(arena, threads * sizeof(uint32_t));
	forced.stands = arena_alloc(arena, threads * sizeof(bool));
	forced.clocks = arena_alloc(arena, clocks * sizeof(uint32_t));
	if (forced.frontier && forced.limit && forced.stands && forced.clocks) {
		for (uint32_t i = 0; i < threads; i++)
			forced.limit[i] = history->threads[i].count;
		for (uint32_t i = 0; i < count; i++) {
			forced.limit[at[i]->thread] = forced.frontier[at[i]->thread] = at[i]->stop;
			forced.stands[at[i]->thread] = true;
		}
		work_out(&forced);
	}
	arena_free(arena, forced.frontier, threads * sizeof(uint32_t));
	arena_free(arena, forced.limit, threads * sizeof(uint32_t));
	arena_free(arena, forced.stands, threads * sizeof(bool));
	arena_free(arena, forced.clocks, clocks * sizeof(uint32_t));
	return forced.apart;
}
