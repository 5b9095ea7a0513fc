/* closure.c: see closure.h. */
#include "closure.h"

#include <string.h>

/* A section whose acquisition is in the set, and its release not seen yet. */
struct open {
	uint32_t thread, event; /* of the acquisition */
	uint32_t position;	/* among the lock's events */
	struct open *next;
};
/* The last acquisition of a lock that is in the set. */
struct last {
	uint32_t end; /* the position behind it; 0: there is none */
	uint32_t thread, event;
};
struct closure_lock {
	struct open *open;
	struct last exclusive, any;    /* of a writer, of anyone */
	uint32_t kept, kept_exclusive; /* events before these positions are in the set, where that is asked for */
	bool in_ring;
};

bool closure_init(struct closure *closure, struct history *history, bool keep, const uint32_t *ring, uint32_t ring_count,
		  struct arena *arena)
{
	size_t threads = history->threads_count, objects = history->objects_count;

	*closure = (struct closure){.history = history, .keep = keep, .exceeded = HISTORY_NONE, .arena = arena};
	closure->frontier = arena_alloc(arena, threads * sizeof(uint32_t));
	closure->limit = arena_alloc(arena, threads * sizeof(uint32_t));
	closure->cause = arena_alloc(arena, threads * sizeof(*closure->cause));
	closure->scanned = arena_alloc(arena, threads * sizeof(uint32_t));
	closure->queue = arena_alloc(arena, threads * sizeof(uint32_t));
	closure->queued = arena_alloc(arena, threads * sizeof(bool));
	closure->locks = arena_alloc(arena, objects * sizeof(*closure->locks));
	if (!closure->frontier || !closure->limit || !closure->cause || !closure->scanned || !closure->queue || !closure->queued ||
	    !closure->locks) {
		closure_fini(closure);
		return false;
	}
	memset(closure->limit, 0xff, threads * sizeof(uint32_t));
	for (uint32_t i = 0; i < ring_count; i++)
		closure->locks[ring[i]].in_ring = true;
	return true;
}

void closure_fini(struct closure *closure)
{
	size_t threads = closure->history->threads_count;

	for (uint32_t i = 0; closure->locks && i < closure->history->objects_count; i++)
		for (struct open *open = closure->locks[i].open, *next; open; open = next) {
			next = open->next;
			arena_free(closure->arena, open, sizeof(*open));
		}
	for (struct open *open = closure->free_open, *next; open; open = next) {
		next = open->next;
		arena_free(closure->arena, open, sizeof(*open));
	}
	arena_free(closure->arena, closure->frontier, threads * sizeof(uint32_t));
	arena_free(closure->arena, closure->limit, threads * sizeof(uint32_t));
	arena_free(closure->arena, closure->cause, threads * sizeof(*closure->cause));
	arena_free(closure->arena, closure->scanned, threads * sizeof(uint32_t));
	arena_free(closure->arena, closure->queue, threads * sizeof(uint32_t));
	arena_free(closure->arena, closure->queued, threads * sizeof(bool));
	arena_free(closure->arena, closure->locks, closure->history->objects_count * sizeof(*closure->locks));
}

/* ---- what is wanted ---- */

static void enqueue(struct closure *closure, uint32_t thread)
{
	uint32_t threads = closure->history->threads_count;

	if (closure->queued[thread])
		return;
	closure->queued[thread] = true;
	closure->queue[(closure->queue_head + closure->queue_count++) % threads] = thread;
}

static void want(struct closure *closure, uint32_t thread, uint32_t count, struct closure_cause cause)
{
	if (closure->frontier[thread] >= count)
		return;
	closure->frontier[thread] = count;
	cause.required = count - 1;
	closure->cause[thread] = cause;
	if (count > closure->limit[thread])
		closure->exceeded = thread;
	enqueue(closure, thread);
}

void closure_add(struct closure *closure, uint32_t thread, uint32_t count)
{
	want(closure, thread, count, (struct closure_cause){.rule = CLOSURE_ASKED, .thread = thread});
}

/* ---- sections ---- */

static bool open_add(struct closure *closure, struct closure_lock *lock, uint32_t thread, uint32_t event, uint32_t position)
{
	struct open *open = closure->free_open;

	if (open)
		closure->free_open = open->next;
	else
		open = arena_alloc(closure->arena, sizeof(*open));
	if (!open)
		return false;
	*open = (struct open){thread, event, position, lock->open};
	lock->open = open;
	return true;
}

static void open_remove(struct closure *closure, struct closure_lock *lock, uint32_t thread, uint32_t event)
{
	for (struct open **link = &lock->open; *link; link = &(*link)->next) {
		struct open *open = *link;

		if (open->thread != thread || open->event != event)
			continue;
		*link = open->next;
		open->next = closure->free_open;
		closure->free_open = open;
		return;
	}
}

static bool is_exclusive(const struct closure *closure, const struct open *open)
{
	return !TRACE_IS(history_event(closure->history, open->thread, open->event), TRACE_SHARED);
}

/* Every open section but the last, or but readers that come together, has to be over. */
static void close_earlier(struct closure *closure, struct closure_lock *lock)
{
	for (struct open *open = lock->open; open; open = open->next) {
		const struct last *last = is_exclusive(closure, open) ? &lock->any : &lock->exclusive;
		uint32_t end = closure->history->match[closure->history->threads[open->thread].first + open->event];
		struct closure_cause cause = {CLOSURE_SECTION, last->thread, last->event, open->event};

		if (open->position + 1 >= last->end)
			continue;
		if (end == HISTORY_NONE) {
			closure->impossible = true;
			closure->cause[open->thread] = cause;
			closure->exceeded = open->thread;
			return;
		}
		want(closure, open->thread, end + 1, cause);
	}
}

/* ---- order that is kept ---- */

/* What has to come before the event at that position: what the object was released or posted by; for a reader, readers' releases need not. Where
 * nothing is known of its sections, whatever was done with it. */
static void keep_before(struct closure *closure, struct closure_lock *lock, const struct history_object *object, uint32_t position,
			bool reader, struct closure_cause cause)
{
	const struct history *history = closure->history;
	uint32_t *kept = reader ? &lock->kept_exclusive : &lock->kept;

	for (; *kept < position; ++*kept) {
		struct history_entry entry = history->order[object->first + *kept];
		bool ends = entry.does == DOES_POST || entry.does == DOES_RELEASE || (entry.does == DOES_RELEASE_SHARED && !reader);

		if (ends || (object->unbalanced && entry.does != DOES_NOTHING))
			want(closure, entry.thread, entry.event + 1, cause);
	}
}

/* ---- one event ---- */

static void scan_acquire(struct closure *closure, uint32_t thread, uint32_t event, uint32_t number)
{
	const struct history *history = closure->history;
	const struct history_object *object = &history->objects[history->object[number]];
	struct closure_lock *lock = &closure->locks[history->object[number]];
	bool reader = TRACE_IS(history_event(history, thread, event), TRACE_SHARED);
	uint32_t position = history->position[number];

	if (history->match[number] == event)
		return; /* it has the lock already */
	if (object->unbalanced || (closure->keep && !lock->in_ring)) {
		keep_before(closure, lock, object, position, reader, (struct closure_cause){CLOSURE_KEPT, thread, event, 0});
		return;
	}
	if (position + 1 > lock->any.end)
		lock->any = (struct last){position + 1, thread, event};
	if (!reader && position + 1 > lock->exclusive.end)
		lock->exclusive = (struct last){position + 1, thread, event};
	if (open_add(closure, lock, thread, event, position))
		close_earlier(closure, lock);
	else
		closure->impossible = true;
}

static void scan(struct closure *closure, uint32_t thread, uint32_t event)
{
	const struct history *history = closure->history;
	uint32_t number = history->threads[thread].first + event, other;
	const struct trace_event *what = history_event(history, thread, event);

	switch (TRACE_OP(what)) {
	case TRACE_ACQUIRE:
		scan_acquire(closure, thread, event, number);
		break;
	case TRACE_RELEASE:
		if (history->objects[history->object[number]].unbalanced)
			keep_before(closure, &closure->locks[history->object[number]], &history->objects[history->object[number]],
				    history->position[number], false, (struct closure_cause){CLOSURE_KEPT, thread, event, 0});
		if (history->match[number] != HISTORY_NONE && history->match[number] != event)
			open_remove(closure, &closure->locks[history->object[number]], thread, history->match[number]);
		break;
	case TRACE_JOIN:
		other = history_thread(history, what->object);
		if (other != HISTORY_NONE)
			want(closure, other, history->threads[other].count, (struct closure_cause){CLOSURE_JOIN, thread, event, 0});
		break;
	case TRACE_WAIT:
		keep_before(closure, &closure->locks[history->object[number]], &history->objects[history->object[number]],
			    history->position[number], false, (struct closure_cause){CLOSURE_POST, thread, event, 0});
		break;
	default:
		break;
	}
}

static void scan_thread(struct closure *closure, uint32_t thread)
{
	const struct history_thread *about = &closure->history->threads[thread];

	if (closure->scanned[thread] == 0 && about->creator != HISTORY_NONE)
		want(closure, about->creator, about->created + 1, (struct closure_cause){CLOSURE_CREATE, thread, 0, 0});
	while (closure->scanned[thread] < closure->frontier[thread] && closure->exceeded == HISTORY_NONE && !closure->impossible) {
		closure->events++;
		scan(closure, thread, closure->scanned[thread]++);
	}
}

bool closure_close(struct closure *closure)
{
	if (closure->exceeded != HISTORY_NONE && closure->frontier[closure->exceeded] <= closure->limit[closure->exceeded])
		closure->exceeded = HISTORY_NONE;
	/* Another one may be beyond its limit too. */
	while (closure->queue_count && closure->exceeded == HISTORY_NONE && !closure->impossible) {
		uint32_t thread = closure->queue[closure->queue_head];

		closure->queue_head = (closure->queue_head + 1) % closure->history->threads_count;
		closure->queue_count--;
		closure->queued[thread] = false;
		if (closure->frontier[thread] > closure->limit[thread]) {
			closure->exceeded = thread;
			enqueue(closure, thread);
			break;
		}
		scan_thread(closure, thread);
		if (closure->scanned[thread] < closure->frontier[thread])
			enqueue(closure, thread);
	}
	return closure->exceeded == HISTORY_NONE && !closure->impossible;
}
