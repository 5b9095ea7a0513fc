/*
 * misuse.h: findings about one lock, made where the wrapper sees it, before libc's own function runs: afterwards another thread may own
 * or reuse the memory. A finding needs a known state: what nobody is known to hold, or was taken unseen, makes none.
 */
#ifndef GRIDLOCK_MISUSE_H
#define GRIDLOCK_MISUSE_H

#include "events.h"
#include "held.h"

struct misuse {
	uint64_t lock;
	const void *address;
	struct site site;
};

/* The thread unlocks what it does not hold; `rule` is what the lock's own state says: UNLOCK_NOT_LOCKED, UNLOCK_NOT_OWNER (only reported,
 * and posted to the holder, when the holder is known) or UNLOCK_REFUSED. In the slow path. */
void misuse_unlock(struct self *self, const struct misuse *misuse, enum rule rule);

/* A lock is destroyed while its own state says that it is held. In the slow path. */
void misuse_destroy(struct self *self, const struct misuse *misuse);

/* libc answered EDEADLK. From the fast path. */
void misuse_relock_refused(struct self *self, const struct request *request);

#endif
