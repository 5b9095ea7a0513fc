/*
 * waits.h: the wait-for graph: who waits for whom, from what threads hold and want at one moment. A thread waits for every other one that
 * holds the lock it asks for in a mode that conflicts; a ring of such waits without a time limit cannot end: a deadlock.
 * Pure data: no memory of its own, no locks. Reads its input, changes nothing of it.
 */
#ifndef GRIDLOCK_WAITS_H
#define GRIDLOCK_WAITS_H

#include <stddef.h>
#include <stdint.h>

#include "recording.h"

struct waits_held {
	uint64_t lock;
	uint8_t mode; /* enum lock_mode */
};
struct waits_thread {
	uint64_t wants; /* lock number, 0: it does not wait, or not for ever */
	uint8_t mode;	/* of the lock it wants */
	uint32_t held_count;
	const struct waits_held *held;
};

/* A ring of waits that goes through thread `from`: its length, 0 when there is none; ring[0] is `from`, and ring[i] waits for what ring[i + 1] (mod
 * length) holds. `ring` and `next` have room for `count` numbers each, `seen` for `count` bytes. Depth first with an explicit stack: O(count^2). */
size_t waits_find_ring(const struct waits_thread *threads, size_t count, size_t from, uint32_t *ring, uint32_t *next, uint8_t *seen);

/* Which of the holder's locks the waiter waits for: index into its held set, or -1. */
int waits_blocked_by(const struct waits_thread *waiter, const struct waits_thread *holder);

#endif
