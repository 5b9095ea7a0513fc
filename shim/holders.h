/*
 * holders.h: what threads know of each other: who holds a lock, who waits on a condition; read from the slots. And what they tell each other:
 * that one has unlocked what the other holds.
 *
 * The caller is in the slow path (self_enter). An answer may be old when it comes: a finding needs a second witness (misuse.c).
 */
#ifndef GRIDLOCK_HOLDERS_H
#define GRIDLOCK_HOLDERS_H

#include "state.h"

/* Who else holds a lock, or waits on a condition, as far as slots show it. */
struct holder {
	struct slot *slot;
	uint32_t thread, stack;
	uint8_t mode;
	uint32_t count; /* entries of all threads of this process that name the lock */
};
/* A thread of this process, other than the caller, that holds the lock; false when none is known. */
bool holder_find(struct self *self, uint64_t id, struct holder *holder);
/* The caller is about to unlock what `holder` holds: its entry is stale from now on. No lock taken. */
void holder_post_unlock(const struct holder *holder, uint64_t id);
/* Takes the entries off the held stack that other threads have unlocked. No lock taken. */
void holder_take_posted(struct self *self);

/* The thread begins to wait on the condition with the mutex of that number, and ends. True, with `other`: a thread that waits on it now with
 * another mutex. */
bool holder_wait_begin(struct self *self, const void *cond, uint64_t mutex, struct holder *other);
void holder_wait_end(const void *cond, uint64_t mutex);
/* The mutex that the condition was waited on with last; 0: none so far. */
uint64_t holder_mutex_of(const void *cond);

#endif
