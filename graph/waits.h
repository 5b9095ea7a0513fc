/*
 * waits.h: the wait-for graph: who waits for whom, from what threads hold and want at one moment. A thread waits for every other one that
 * holds what it asks for in a mode that conflicts, and it needs them all to let go: so a ring of such waits without a time limit cannot end.
 * That is a deadlock (R. C. Holt, Some Deadlock Properties of Computer Systems, 1972: a cycle is sufficient where every resource is single,
 * or every holder is waited for).
 *
 * Not only locks are held. A thread holds its own end, which who joins it wants; and a writer who waits for a lock where readers wait behind
 * writers holds its place in the line, which new readers want.
 *
 * Pure data: no memory of its own, no locks. Reads its input, changes nothing of it.
 */
#ifndef GRIDLOCK_WAITS_H
#define GRIDLOCK_WAITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recording.h"

/* A place in the line for a lock: keeps readers away. Beside enum lock_mode. */
#define WAITS_QUEUED 2
/* The end of a thread, as a lock. */
#define WAITS_END(thread) (1ull << 63 | (thread))

struct waits_held {
	uint64_t lock;
	uint8_t mode; /* enum lock_mode, WAITS_QUEUED */
};
struct waits_thread {
	uint64_t wants; /* lock number, WAITS_END of a thread; 0: it does not wait, or not for anything that is held */
	uint8_t mode;	/* of what it wants */
	bool soft;	/* the wait may end by itself */
	uint32_t held_count;
	const struct waits_held *held;
};

/* A ring of waits that goes through thread `from`: its length, 0 when there is none; ring[0] is `from`, and ring[i] waits for what ring[i + 1] (mod
 * length) holds. `soft`: soft waits count too. `ring` and `next` have room for `count` numbers each, `seen` for `count` bytes. Depth first with
 * an explicit stack: O(count^2 * held). */
size_t waits_find_ring(const struct waits_thread *threads, size_t count, size_t from, bool soft, uint32_t *ring, uint32_t *next,
		       uint8_t *seen);

/* Which of the holder's locks the waiter waits for: index into its held set, or -1. */
int waits_blocked_by(const struct waits_thread *waiter, const struct waits_thread *holder);

#endif
