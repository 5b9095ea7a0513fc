/* history.c: see history.h. */
#include "history.h"

#include <string.h>

#include "hash.h"

struct numbered {
	uint64_t key;
	uint32_t index;
	UT_hash_handle hh;
};

static uint32_t find(const void *table, uint64_t key)
{
	struct numbered *found = NULL, *head = (struct numbered *)(uintptr_t)table;

	HASH_FIND(hh, head, &key, sizeof(key), found);
	return found ? found->index : HISTORY_NONE;
}

static bool add(struct history *history, void **table, uint64_t key, uint32_t index)
{
	struct arena *arena = history->arena;
	struct numbered *entry = arena_alloc(arena, sizeof(*entry)), *head = *table;

	if (!entry)
		return false;
	entry->key = key;
	entry->index = index;
	HASH_ADD(hh, head, key, sizeof(entry->key), entry);
	*table = head;
	return hash_added(entry);
}

uint32_t history_thread(const struct history *history, uint32_t number)
{
	return find(history->by_number, number);
}

static uint64_t object_key(uint32_t number, bool is_lock)
{
	return (uint64_t)is_lock << 32 | number;
}

uint32_t history_lock(const struct history *history, uint32_t number)
{
	return find(history->by_lock, object_key(number, true));
}

/* ---- threads ---- */

static bool enter_threads(struct history *history)
{
	uint64_t events = 0;

	for (uint32_t i = 0; i < history->threads_count; i++) {
		struct history_thread *thread = &history->threads[i];

		thread->first = (uint32_t)events;
		thread->creator = thread->created = HISTORY_NONE;
		events += thread->count;
		if (events > HISTORY_EVENTS_MAX || !add(history, &history->by_number, thread->number, i))
			return false;
	}
	history->events_count = (uint32_t)events;
	return true;
}

static void enter_creators(struct history *history)
{
	for (uint32_t i = 0; i < history->threads_count; i++)
		for (uint32_t j = 0; j < history->threads[i].count; j++) {
			const struct trace_event *event = history_event(history, i, j);
			uint32_t child = TRACE_OP(event) == TRACE_CREATE ? history_thread(history, event->object) : HISTORY_NONE;

			if (child != HISTORY_NONE && child != i) {
				history->threads[child].creator = i;
				history->threads[child].created = j;
			}
		}
}

/* ---- objects ---- */

static uint32_t object_of(struct history *history, const struct trace_event *event, uint32_t *room)
{
	struct arena *arena = history->arena;
	bool is_lock = trace_is_of_lock(event);
	uint64_t key = object_key(event->object, is_lock);
	uint32_t index = find(history->by_lock, key);

	if (index != HISTORY_NONE)
		return index;
	if (history->objects_count == *room) {
		uint32_t larger = *room ? *room * 2 : 1024;
		struct history_object *objects = arena_alloc(arena, larger * sizeof(*objects));

		if (!objects)
			return HISTORY_NONE;
		if (*room)
			memcpy(objects, history->objects, *room * sizeof(*objects));
		arena_free(arena, history->objects, *room * sizeof(*objects));
		history->objects = objects;
		*room = larger;
	}
	index = history->objects_count;
	if (!add(history, &history->by_lock, key, index))
		return HISTORY_NONE;
	history->objects[history->objects_count++] = (struct history_object){.number = event->object, .is_lock = is_lock};
	return index;
}

static bool enter_objects(struct history *history)
{
	uint32_t room = 0, number = 0;

	for (uint32_t i = 0; i < history->threads_count; i++)
		for (uint32_t j = 0; j < history->threads[i].count; j++, number++) {
			const struct trace_event *event = history_event(history, i, j);

			history->owner[number] = i;
			history->object[number] = HISTORY_NONE;
			if (!trace_is_of_lock(event) && !trace_is_of_order(event))
				continue;
			history->object[number] = object_of(history, event, &room);
			if (history->object[number] == HISTORY_NONE)
				return false;
			history->objects[history->object[number]].count++;
		}
	return true;
}

struct placed {
	uint32_t sequence, event;
};

static bool comes_first(struct placed a, struct placed b)
{
	return a.sequence < b.sequence || (a.sequence == b.sequence && a.event < b.event);
}

/* Where the run that begins at `from` ends: each thread's events are sorted already. */
static uint32_t run_end(const struct placed *list, uint32_t from, uint32_t count)
{
	if (from < count)
		from++;
	while (from < count && comes_first(list[from - 1], list[from]))
		from++;
	return from;
}

/* Natural merge sort: the C library's may call malloc. O(count log threads). */
static void sort(struct placed *list, struct placed *scratch, uint32_t count)
{
	while (run_end(list, 0, count) < count) {
		uint32_t to = 0, a, b, middle, end;

		for (a = 0; a < count; a = end) {
			middle = run_end(list, a, count);
			end = run_end(list, middle, count);
			for (b = middle; a < middle || b < end;)
				scratch[to++] = b == end || (a < middle && comes_first(list[a], list[b])) ? list[a++] : list[b++];
		}
		memcpy(list, scratch, count * sizeof(*list));
	}
}

static void enter_sorted(struct history *history, struct placed *placed, struct placed *scratch)
{
	for (uint32_t i = 0; i < history->objects_count; i++) {
		struct history_object *object = &history->objects[i];

		sort(placed + object->first, scratch, object->count);
		for (uint32_t j = 0; j < object->count; j++) {
			uint32_t number = placed[object->first + j].event, thread = history->owner[number];

			history->order[object->first + j] =
				(struct history_entry){.thread = thread, .event = number - history->threads[thread].first};
			history->position[number] = j;
		}
	}
}

/* Each object's events one after the other: placed by object first, then sorted. */
static bool enter_order(struct history *history)
{
	struct arena *arena = history->arena;
	size_t size = ((size_t)history->events_count + 1) * sizeof(struct placed);
	struct placed *placed = arena_alloc(arena, size), *scratch = arena_alloc(arena, size);
	uint32_t first = 0, number = 0;

	if (!placed || !scratch)
		return false;
	for (uint32_t i = 0; i < history->objects_count; i++) {
		history->objects[i].first = first;
		first += history->objects[i].count;
		history->objects[i].count = 0;
	}
	for (uint32_t i = 0; i < history->threads_count; i++)
		for (uint32_t j = 0; j < history->threads[i].count; j++, number++) {
			struct history_object *object;

			if (history->object[number] == HISTORY_NONE)
				continue;
			object = &history->objects[history->object[number]];
			history->by_thread[object->first + object->count] = number;
			placed[object->first + object->count++] = (struct placed){history_event(history, i, j)->sequence, number};
		}
	enter_sorted(history, placed, scratch);
	arena_free(arena, placed, size);
	arena_free(arena, scratch, size);
	return true;
}

/* ---- sections ---- */

#define DEPTH 4096u /* of locks held at once, one of them taken again included; beyond, nothing is said of a lock */
struct hold {
	uint32_t object, event;
	bool again;
};

static struct hold *find_hold(struct hold *holds, uint32_t depth, uint32_t object)
{
	while (depth-- > 0)
		if (holds[depth].object == object)
			return &holds[depth];
	return NULL;
}

static void match_acquire(struct history *history, struct hold *holds, uint32_t *depth, uint32_t object, uint32_t first, uint32_t event)
{
	bool again = find_hold(holds, *depth, object) != NULL;

	history->match[first + event] = again ? event : HISTORY_NONE;
	if (*depth == DEPTH)
		history->objects[object].unbalanced = true;
	else
		holds[(*depth)++] = (struct hold){object, event, again};
}

static void match_release(struct history *history, struct hold *holds, uint32_t *depth, uint32_t object, uint32_t first, uint32_t event)
{
	struct hold *hold = find_hold(holds, *depth, object);

	history->match[first + event] = HISTORY_NONE;
	if (!hold) {
		history->objects[object].unbalanced = true;
		return;
	}
	history->match[first + event] = hold->again ? event : hold->event;
	if (!hold->again)
		history->match[first + hold->event] = event;
	memmove(hold, hold + 1, (size_t)(holds + --*depth - hold) * sizeof(*hold));
}

static bool enter_sections(struct history *history)
{
	struct arena *arena = history->arena;
	struct hold *holds = arena_alloc(arena, DEPTH * sizeof(*holds));

	if (!holds)
		return false;
	for (uint32_t i = 0; i < history->threads_count; i++) {
		uint32_t depth = 0, first = history->threads[i].first;

		for (uint32_t j = 0; j < history->threads[i].count; j++) {
			const struct trace_event *event = history_event(history, i, j);
			uint32_t object = history->object[first + j];

			if (trace_is_acquire(event))
				match_acquire(history, holds, &depth, object, first, j);
			else if (TRACE_OP(event) == TRACE_RELEASE)
				match_release(history, holds, &depth, object, first, j);
		}
	}
	arena_free(arena, holds, DEPTH * sizeof(*holds));
	return true;
}

static enum history_does what_it_does(const struct history *history, uint32_t thread, uint32_t index)
{
	const struct trace_event *event = history_event(history, thread, index);
	uint32_t match = history->match[history->threads[thread].first + index];

	switch (TRACE_OP(event)) {
	case TRACE_ACQUIRE:
		return DOES_TAKE;
	case TRACE_RELEASE:
		return match != HISTORY_NONE && TRACE_IS(history_event(history, thread, match), TRACE_SHARED) ? DOES_RELEASE_SHARED
													      : DOES_RELEASE;
	case TRACE_POST:
		return DOES_POST;
	default:
		return DOES_NOTHING;
	}
}

/* Thread by thread, for its events lie together. */
static void enter_does(struct history *history)
{
	for (uint32_t i = 0; i < history->threads_count; i++)
		for (uint32_t j = 0; j < history->threads[i].count; j++) {
			uint32_t number = history->threads[i].first + j, object = history->object[number];

			if (object != HISTORY_NONE)
				history->order[history->objects[object].first + history->position[number]].does =
					what_it_does(history, i, j);
		}
}

static bool allocate(struct history *history)
{
	size_t size = ((size_t)history->events_count + 1) * sizeof(uint32_t);

	history->owner = arena_alloc(history->arena, size);
	history->object = arena_alloc(history->arena, size);
	history->position = arena_alloc(history->arena, size);
	history->match = arena_alloc(history->arena, size);
	history->order = arena_alloc(history->arena, ((size_t)history->events_count + 1) * sizeof(*history->order));
	history->by_thread = arena_alloc(history->arena, size);
	return history->owner && history->object && history->position && history->match && history->order && history->by_thread;
}

struct history *history_new(struct history_thread *threads, size_t count, struct arena *arena)
{
	struct history *history = arena_alloc(arena, sizeof(*history));

	if (!history || count >= HISTORY_NONE)
		return NULL;
	*history = (struct history){.arena = arena, .threads = threads, .threads_count = (uint32_t)count};
	if (!enter_threads(history) || !allocate(history))
		return NULL;
	enter_creators(history);
	if (!enter_objects(history) || !enter_order(history) || !enter_sections(history))
		return NULL;
	enter_does(history);
	return history;
}
