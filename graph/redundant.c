/* redundant.c: see redundant.h. */
#include "redundant.h"

#include <string.h>

#define OUTER_MAX 8    /* locks that it may have been taken under; of those held the first time the innermost */
#define DEPTH	  1024 /* locks held at once; of more, the outermost */

struct outer {
	uint32_t object, stack;
};
struct seen {
	struct redundant result;
	uint32_t last_thread;
	uint32_t outers_count;
	struct outer outers[OUTER_MAX];
};
struct holds {
	uint32_t depth;
	struct {
		uint32_t object, event, stack;
		bool exclusive;
	} list[DEPTH];
};

static bool holds_exclusively(const struct holds *holds, uint32_t object)
{
	for (uint32_t i = 0; i < holds->depth; i++)
		if (holds->list[i].object == object && holds->list[i].exclusive)
			return true;
	return false;
}

static void begin(struct seen *seen, const struct holds *holds, uint32_t thread, uint32_t stack)
{
	seen->result.stack = stack;
	seen->last_thread = thread;
	seen->result.threads = 1;
	for (uint32_t i = holds->depth; i-- > 0 && seen->outers_count < OUTER_MAX;)
		if (holds->list[i].exclusive)
			seen->outers[seen->outers_count++] = (struct outer){holds->list[i].object, holds->list[i].stack};
}

static void note(struct seen *seen, const struct holds *holds, uint32_t thread, uint32_t stack)
{
	uint32_t kept = 0;

	if (seen->result.count++ == 0) {
		begin(seen, holds, thread, stack);
		return;
	}
	seen->result.threads += seen->last_thread != thread;
	seen->last_thread = thread;
	for (uint32_t i = 0; i < seen->outers_count; i++)
		if (holds_exclusively(holds, seen->outers[i].object))
			seen->outers[kept++] = seen->outers[i];
	seen->outers_count = kept;
}

static void let_go(struct holds *holds, uint32_t event)
{
	for (uint32_t i = holds->depth; i-- > 0;) {
		if (holds->list[i].event != event)
			continue;
		memmove(&holds->list[i], &holds->list[i + 1], (--holds->depth - i) * sizeof(holds->list[0]));
		return;
	}
}

static void read_thread(const struct history *history, uint32_t thread, struct seen *seen, struct holds *holds)
{
	uint32_t first = history->threads[thread].first;

	holds->depth = 0;
	for (uint32_t i = 0; i < history->threads[thread].count; i++) {
		const struct trace_event *event = history_event(history, thread, i);
		uint32_t object = history->object[first + i], match = history->match[first + i];

		if (match == i || !trace_is_of_lock(event) || trace_is_request(event))
			continue;
		if (trace_is_acquire(event)) {
			note(&seen[object], holds, thread, TRACE_STACK(event));
			if (holds->depth == DEPTH)
				continue;
			holds->list[holds->depth].object = object;
			holds->list[holds->depth].event = i;
			holds->list[holds->depth].stack = TRACE_STACK(event);
			holds->list[holds->depth++].exclusive = !TRACE_IS(event, TRACE_SHARED);
		} else if (match != HISTORY_NONE) {
			let_go(holds, match);
		}
	}
}

struct redundant *redundant_find(const struct history *history)
{
	struct arena *arena = history->arena;
	size_t size = (history->objects_count + 1) * sizeof(struct seen);
	struct redundant *result = arena_alloc(arena, (history->objects_count + 1) * sizeof(*result));
	struct seen *seen = arena_alloc(arena, size);
	struct holds *holds = arena_alloc(arena, sizeof(*holds));

	if (result && seen && holds) {
		for (uint32_t i = 0; i < history->threads_count; i++)
			read_thread(history, i, seen, holds);
		for (uint32_t i = 0; i < history->objects_count; i++) {
			bool outer = seen[i].outers_count && !history->objects[i].unbalanced;

			result[i] = seen[i].result;
			result[i].outer = outer ? seen[i].outers[0].object : HISTORY_NONE;
			result[i].outer_stack = outer ? seen[i].outers[0].stack : 0;
		}
	}
	arena_free(arena, holds, sizeof(*holds));
	if (seen && holds) {
		arena_free(arena, seen, size);
		return result;
	}
	return NULL;
}

bool redundant_is(const struct history *history, const struct redundant *lock)
{
	return lock->outer != HISTORY_NONE && lock->count >= REDUNDANT_LEAST && lock->threads >= 2 &&
	       !history->objects[lock->outer].unbalanced;
}
