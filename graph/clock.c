/* clock.c: see clock.h. */
#include "clock.h"

#include <string.h>

/* Index of the first entry whose thread is not below `thread`. */
static uint32_t clock_search(const struct clock *clock, uint32_t thread)
{
	uint32_t low = 0, high = clock->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (clock->before[middle].thread < thread)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool clock_grow(struct clock *clock, struct arena *arena)
{
	uint32_t room = clock->room ? clock->room * 2 : 4;
	struct fact_before *before = arena_alloc(arena, room * sizeof(*before));

	if (!before)
		return false;
	if (clock->count)
		memcpy(before, clock->before, clock->count * sizeof(*before));
	arena_free(arena, clock->before, clock->room * sizeof(*before));
	clock->before = before;
	clock->room = room;
	return true;
}

bool clock_set(struct clock *clock, struct fact_before before, struct arena *arena)
{
	uint32_t at = clock_search(clock, before.thread);

	if (at < clock->count && clock->before[at].thread == before.thread) {
		if (clock->before[at].segment < before.segment)
			clock->before[at] = before;
		return true;
	}
	if (clock->count == clock->room && !clock_grow(clock, arena))
		return false;
	memmove(&clock->before[at + 1], &clock->before[at], (clock->count - at) * sizeof(before));
	clock->before[at] = before;
	clock->count++;
	return true;
}

bool clock_merge(struct clock *clock, const struct clock *other, struct arena *arena)
{
	bool whole = true;

	for (uint32_t i = 0; i < other->count; i++)
		whole &= clock_set(clock, other->before[i], arena);
	return whole;
}

void clock_free(struct clock *clock, struct arena *arena)
{
	arena_free(arena, clock->before, clock->room * sizeof(*clock->before));
	*clock = (struct clock){0};
}
