/*
 * clock.h: vector clocks of segments: for each thread that is some dependency's witness, the last of its segments that is over before
 * this one begins. Segments begin at create, join, barrier, semaphore ... (never at unlock -> lock: with those edges every mutex cycle of a run that did not
 * deadlock looks ordered, DESIGN section 6). Entries are facts already (fact_before): what carried the news travels with it.
 * Pure data; the caller serialises.
 */
#ifndef GRIDLOCK_CLOCK_H
#define GRIDLOCK_CLOCK_H

#include <stdbool.h>

#include "arena.h"
#include "recording.h"

struct clock {
	uint32_t count, room;
	uint32_t prune_at;	    /* the count at which pruning is worth its while again */
	struct fact_before *before; /* sorted by thread; of one thread the strong entry comes before the weak one */
};

/* Notes that `before.thread` is over up to `before.segment`; an entry that says more already stays. False: no memory. O(count). */
bool clock_set(struct clock *clock, struct fact_before before, struct arena *arena);
/* Takes over everything that `other` knows. False: no memory (what fits is in). O(count x other's count) at worst. */
bool clock_merge(struct clock *clock, const struct clock *other, struct arena *arena);
/* The same by way of a weak event: all that `other` knows is only weakly so here; `event` and its `stack` are what carried it. */
bool clock_merge_weakly(struct clock *clock, const struct clock *other, uint32_t event, uint32_t stack, struct arena *arena);
/* Forgets entries of threads that `keep` does not want, when there are twice as many as the last time. O(1) amortised. */
void clock_prune(struct clock *clock, bool (*keep)(void *ctx, uint32_t thread), void *ctx);
void clock_free(struct clock *clock, struct arena *arena);

#endif
