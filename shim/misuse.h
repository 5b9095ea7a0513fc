/*
 * misuse.h: findings about one lock, made where the wrapper sees it, before libc's own function runs: afterwards another thread may own
 * or reuse the memory. A finding needs a known state: what nobody is known to hold, or was taken unseen, makes none.
 */
#ifndef GRIDLOCK_MISUSE_H
#define GRIDLOCK_MISUSE_H

#include "events.h"
#include "held.h"
#include "holders.h"
#include "libc.h"

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

/* A lock that may be held has been initialised again: it is free now, whoever held it. In the slow path. */
void misuse_reinit(struct self *self, const struct misuse *misuse);

/* It was destroyed, and its memory has not been a lock since. From the fast path, or the slow one. */
void misuse_use_destroyed(struct self *self, const struct misuse *misuse);

/* The memory of a lock is about to go, or has gone: a finding when somebody holds it. In the slow path. */
void misuse_freed(struct self *self, const struct misuse *misuse);

/* A condition is about to be waited on with a mutex that the thread is not known to hold. `free`: the mutex's own state says that nobody holds
 * it; otherwise it is another thread's, if that is known. misuse->lock may be 0: one never seen before. In the slow path. */
void misuse_wait_unlocked(struct self *self, const struct misuse *misuse, bool free);

/* A condition is waited on with this mutex while another thread, `other`, waits on it with another one. In the slow path. */
void misuse_two_mutexes(struct self *self, const struct misuse *misuse, const struct holder *other);

/* A robust mutex is about to be unlocked as its dead owner left it. In the slow path. */
void misuse_owner_died(struct self *self, const struct misuse *misuse);

/* libc answered EDEADLK. From the fast path. */
void misuse_relock_refused(struct self *self, const struct request *request);

/* Where libc does not tell who holds a lock (`holder` is LIBC_UNKNOWN): is it another thread of ours? */
bool misuse_of_other(struct self *self, uint64_t lock, int holder);

#endif
