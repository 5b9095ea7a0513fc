/* schedule.c: see schedule.h. */
#include "schedule.h"

#include <string.h>

struct lock_state {
	uint32_t passed;  /* events of the object before this place have been done, or are not in the set */
	uint32_t readers; /* that hold it now */
	bool writer;
};
struct player {
	const struct closure *closure;
	const struct history *history;
	struct schedule *schedule;
	uint32_t *done;	   /* by thread: how many of its events */
	uint32_t *waiting; /* threads, each of which waits for something that the next one does */
	bool *on_stack;
	struct lock_state *locks;
};

static bool is_in(const struct player *player, uint32_t thread, uint32_t event)
{
	return event < player->closure->frontier[thread];
}

/* ---- what a thread's next event needs ---- */

/* Something to be done first: so many events of that thread. */
struct need {
	uint32_t thread, count;
};
#define NO_NEED ((struct need){HISTORY_NONE, 0})

/* Everything of the set that came before at this object. */
static struct need need_object(struct player *player, uint32_t number)
{
	const struct history *history = player->history;
	const struct history_object *object = &history->objects[history->object[number]];
	struct lock_state *state = &player->locks[history->object[number]];

	for (; state->passed < history->position[number]; state->passed++) {
		struct history_entry entry = history->order[object->first + state->passed];

		if (entry.event >= player->done[entry.thread] && is_in(player, entry.thread, entry.event))
			return (struct need){entry.thread, entry.event + 1};
	}
	return NO_NEED;
}

static struct need need_of(struct player *player, uint32_t thread)
{
	const struct history *history = player->history;
	const struct history_thread *about = &history->threads[thread];
	uint32_t event = player->done[thread], number = about->first + event, other;
	const struct trace_event *what = history_event(history, thread, event);

	if (event == 0 && about->creator != HISTORY_NONE && player->done[about->creator] <= about->created)
		return (struct need){about->creator, about->created + 1};
	if (TRACE_OP(what) == TRACE_JOIN) {
		other = history_thread(history, what->object);
		if (other != HISTORY_NONE && player->done[other] < history->threads[other].count)
			return (struct need){other, history->threads[other].count};
	}
	if (history->object[number] != HISTORY_NONE)
		return need_object(player, number);
	return NO_NEED;
}

/* ---- doing it ---- */

/* Is the lock to be had, and is what is released held? Takes or releases it. */
static bool play_lock(struct player *player, uint32_t thread, uint32_t event)
{
	const struct history *history = player->history;
	uint32_t number = history->threads[thread].first + event;
	struct lock_state *state = &player->locks[history->object[number]];
	const struct trace_event *what = history_event(history, thread, event);

	if (history->objects[history->object[number]].unbalanced || history->match[number] == event)
		return true;
	switch (TRACE_OP(what)) {
	case TRACE_ACQUIRE:
		if (state->writer || (state->readers && !TRACE_IS(what, TRACE_SHARED)))
			return false;
		if (TRACE_IS(what, TRACE_SHARED))
			state->readers++;
		else
			state->writer = true;
		return true;
	case TRACE_RELEASE:
		if (!state->writer && !state->readers)
			return false;
		if (state->writer)
			state->writer = false;
		else
			state->readers--;
		return true;
	default:
		return true;
	}
}

static void add_run(struct schedule *schedule, uint32_t thread, uint32_t event)
{
	struct schedule_run *last = schedule->count ? &schedule->runs[schedule->count - 1] : NULL;

	schedule->events++;
	if (last && last->thread == thread && last->to == event) {
		last->to++;
		return;
	}
	if (schedule->count == SCHEDULE_RUNS) {
		memmove(schedule->runs, schedule->runs + 1, (SCHEDULE_RUNS - 1) * sizeof(schedule->runs[0]));
		schedule->count--;
		schedule->left_out++;
	}
	schedule->runs[schedule->count++] = (struct schedule_run){thread, event, event + 1};
}

static bool play(struct player *player, uint32_t thread)
{
	uint32_t event = player->done[thread]++, number = player->history->threads[thread].first + event;

	if (player->history->object[number] != HISTORY_NONE && !play_lock(player, thread, event))
		return false;
	add_run(player->schedule, thread, event);
	return true;
}

/* Runs a thread until `count` of its events are done; when it needs something of another, that one first. */
static bool run(struct player *player, uint32_t thread, uint32_t count)
{
	uint32_t depth = 0, *goal = player->waiting + player->history->threads_count;

	player->waiting[0] = thread;
	goal[0] = count;
	player->on_stack[thread] = true;
	while (depth != HISTORY_NONE) {
		uint32_t current = player->waiting[depth];
		struct need need;

		if (player->done[current] >= goal[depth]) {
			player->on_stack[current] = false;
			depth--;
			continue;
		}
		need = need_of(player, current);
		if (need.thread == HISTORY_NONE) {
			if (!play(player, current))
				return false;
			continue;
		}
		/* Each waits for the next: nothing can be done any more. */
		if (player->on_stack[need.thread] || !is_in(player, need.thread, need.count - 1))
			return false;
		depth++;
		player->waiting[depth] = need.thread;
		goal[depth] = need.count;
		player->on_stack[need.thread] = true;
	}
	return true;
}

static uint32_t last_from(const struct schedule_last *last, uint32_t last_count, uint32_t thread, uint32_t otherwise)
{
	for (uint32_t i = 0; i < last_count; i++)
		if (last[i].thread == thread)
			return last[i].from;
	return otherwise;
}

static bool run_all(struct player *player, const struct schedule_last *last, uint32_t last_count)
{
	const uint32_t *frontier = player->closure->frontier;

	for (uint32_t i = 0; i < player->history->threads_count; i++)
		if (!run(player, i, last_from(last, last_count, i, frontier[i])))
			return false;
	for (uint32_t i = 0; i < last_count; i++)
		if (!run(player, last[i].thread, frontier[last[i].thread]))
			return false;
	return true;
}

bool schedule_make(struct schedule *schedule, const struct closure *closure, const struct schedule_last *last, uint32_t last_count)
{
	struct arena *arena = closure->arena;
	size_t threads = closure->history->threads_count, objects = closure->history->objects_count;
	struct player player = {.closure = closure, .history = closure->history, .schedule = schedule};
	bool whole;

	*schedule = (struct schedule){0};
	player.done = arena_alloc(arena, threads * sizeof(uint32_t));
	player.waiting = arena_alloc(arena, 2 * threads * sizeof(uint32_t));
	player.on_stack = arena_alloc(arena, threads * sizeof(bool));
	player.locks = arena_alloc(arena, objects * sizeof(*player.locks));
	whole = player.done && player.waiting && player.on_stack && player.locks && run_all(&player, last, last_count);
	arena_free(arena, player.done, threads * sizeof(uint32_t));
	arena_free(arena, player.waiting, 2 * threads * sizeof(uint32_t));
	arena_free(arena, player.on_stack, threads * sizeof(bool));
	arena_free(arena, player.locks, objects * sizeof(*player.locks));
	return whole;
}
