/* clock.c: see clock.h. */
#include "clock.h"

#include <string.h>

/* What entries are sorted by. */
static uint64_t key_of(const struct fact_before *before)
{
	return (uint64_t)before->thread << 1 | EVENT_IS_WEAK(before->event);
}

/* Index of the first entry whose key is not below `key`. */
static uint32_t clock_search(const struct clock *clock, uint64_t key)
{
	uint32_t low = 0, high = clock->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (key_of(&clock->before[middle]) < key)
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

static bool clock_insert(struct clock *clock, uint32_t at, struct fact_before before, struct arena *arena)
{
	if (clock->count == clock->room && !clock_grow(clock, arena))
		return false;
	memmove(&clock->before[at + 1], &clock->before[at], (clock->count - at) * sizeof(before));
	clock->before[at] = before;
	clock->count++;
	return true;
}

/* A weak entry that tells no more than the strong one before it is none. */
static void drop_weak(struct clock *clock, uint32_t strong)
{
	struct fact_before *known = &clock->before[strong], *weak = known + 1;

	if (strong + 1 == clock->count || weak->thread != known->thread || weak->segment > known->segment)
		return;
	clock->count--;
	memmove(weak, weak + 1, (clock->count - strong - 1) * sizeof(*weak));
}

bool clock_set(struct clock *clock, struct fact_before before, struct arena *arena)
{
	uint32_t at = clock_search(clock, key_of(&before));

	if (EVENT_IS_WEAK(before.event) && at > 0 && clock->before[at - 1].thread == before.thread &&
	    clock->before[at - 1].segment >= before.segment)
		return true;
	if (at == clock->count || key_of(&clock->before[at]) != key_of(&before)) {
		if (!clock_insert(clock, at, before, arena))
			return false;
	} else if (clock->before[at].segment < before.segment) {
		clock->before[at] = before;
	}
	if (!EVENT_IS_WEAK(before.event))
		drop_weak(clock, at);
	return true;
}

bool clock_merge(struct clock *clock, const struct clock *other, struct arena *arena)
{
	bool whole = true;

	for (uint32_t i = 0; i < other->count; i++)
		whole &= clock_set(clock, other->before[i], arena);
	return whole;
}

bool clock_merge_weakly(struct clock *clock, const struct clock *other, uint32_t event, uint32_t stack, struct arena *arena)
{
	bool whole = true;

	for (uint32_t i = 0; i < other->count; i++) {
		struct fact_before before = other->before[i];

		if (!EVENT_IS_WEAK(before.event)) {
			before.event = event;
			before.stack = stack;
		}
		whole &= clock_set(clock, before, arena);
	}
	return whole;
}

void clock_prune(struct clock *clock, bool (*keep)(void *ctx, uint32_t thread), void *ctx)
{
	uint32_t kept = 0;

	if (clock->count < 64 || clock->count < clock->prune_at)
		return;
	for (uint32_t i = 0; i < clock->count; i++)
		if (keep(ctx, clock->before[i].thread))
			clock->before[kept++] = clock->before[i];
	clock->count = kept;
	clock->prune_at = 2 * kept;
}

void clock_free(struct clock *clock, struct arena *arena)
{
	arena_free(arena, clock->before, clock->room * sizeof(*clock->before));
	*clock = (struct clock){0};
}
