/*
 * exclude.h: cycle-excluded: can the threads of a cycle never stand at their links at once, for all that the trace has of them?
 *
 * By acquisition histories: since it took the lock that it holds, each of two threads has taken and released the other's, every time. Or, where the
 * trace has few enough places, because its locking forces them apart in one way or another (forced.h).
 */
#ifndef GRIDLOCK_EXCLUDE_H
#define GRIDLOCK_EXCLUDE_H

#include "places.h"

struct exclusion {
	bool histories; /* by acquisition histories, of these two links */
	uint32_t links[2];
};

/* True: never, and why. `weakly`: also when only semaphores, conditions and the like see to it. The trace must be whole. Links as in places.h. */
bool exclude_ring(const struct history *history, const struct places_link *links, uint32_t count, bool weakly, struct exclusion *exclusion);

#endif
