/*
 * fork.h: locks that other threads hold when a process forks. The child has a copy of them, locked, and nobody there to unlock them. Streams, which
 * glibc unlocks in the child, onces, which it begins anew, and process-shared locks, which the parent unlocks, are not meant.
 *
 * Whether the child needs any of them is its own business: most children exec at once. So the list is kept in the child. When it takes its first
 * lock, behind the atfork handlers, it is running ordinary code: then each lock on the list is a warning (fork-locked). When it asks for one
 * of them and has to wait, it waits for ever (fork-locked-child). A lock that it initialises anew gets another number, and is off the list.
 */
#ifndef GRIDLOCK_FORK_H
#define GRIDLOCK_FORK_H

#include "held.h"

/* Before the fork: remembers what other threads hold, and adds what this process has inherited so. The caller holds process->lock. */
void fork_prepare(struct self *self);
/* In the child, which takes the list over. From the handler of pthread_atfork. */
void fork_begin(struct self *self);

/* The child takes its first lock (process->fork_pending). In the slow path. */
void fork_first_lock(struct self *self);
/* The thread is about to wait for that lock. Was it another thread's at the fork? Then that is reported, and on_deadlock decides; returns when the
 * program is to go on and block. In the slow path. */
void fork_locked(struct self *self, const struct request *request);

#endif
