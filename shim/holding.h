/*
 * holding.h: waits while holding. A thread waits for a condition, a semaphore, a barrier or another thread's end, and holds a lock meanwhile; whoever is
 * to end the wait needed that lock on his way: held it when he signalled, or took it since he last waited for anything himself. Next time he may
 * come second, and then none of the two goes on (wait-holding; for conditions the nested monitor problem, A. Lister, 1977).
 *
 * What a thread takes is noted where the slow path sees it: at a stack that is new to the thread, when it has to wait, and inside condition waits. So a
 * way that was gone before without a signal at its end is not seen again.
 *
 * A wait that another thread ends, who never needed the lock, is none of them: what was told of it before is taken back (fact_finding.count 0).
 *
 * Not told: a need that is ordered before the wait, because the waiter has met a signal that the other one gave after it. Locks that were only tried.
 * Readers and readers.
 *
 * All functions are called in the slow path; those with `object` take and release process->lock where there is something to be done.
 */
#ifndef GRIDLOCK_HOLDING_H
#define GRIDLOCK_HOLDING_H

#include "held.h"

/* The thread has taken, or takes, that lock. */
void holding_took(struct self *self, const struct request *request, uint32_t stack);
/* A wait is over, or others have begun: what it took before leads to no later signal. */
void holding_idle(struct self *self);
/* Before a wait without a limit: its held stack is what it goes on to hold. */
void holding_waits(struct self *self, const void *object, struct site site);
/* Before a signal; `mutex`: number of the one that goes with it, 0: none is known. */
void holding_wakes(struct self *self, const void *object, uint64_t mutex, struct site site);
/* After a wait: what those who signalled had done by then lies behind. */
void holding_woken(struct self *self, const void *object);
/* The object is new, or gone. The caller holds process->lock. */
void holding_forget(const void *object);

/* The thread ends: what it took since it waited last is kept for its joiner. The caller holds process->lock, as for the next two. */
struct thread_info;
void holding_ends(struct self *self);
/* It is joined. */
void holding_joined(struct self *joiner, const struct thread_info *target, uint32_t stack);
void holding_free(struct thread_info *info);

#endif
