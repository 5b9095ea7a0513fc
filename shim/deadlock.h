/*
 * deadlock.h: what happens when a thread is found to block for ever: the alarm line, and `on_deadlock`.
 */
#ifndef GRIDLOCK_DEADLOCK_H
#define GRIDLOCK_DEADLOCK_H

#include "held.h"

/* The thread asks, without a time limit, for a lock that it holds itself as `held` shows: the call would never return. Reports it (as
 * the leak of a lock that a jump went over, when that is how it came to be held), then does what on_deadlock says; returns when the
 * program is to go on and block. In the slow path. */
void deadlock_self(struct self *self, const struct request *request, const struct held *held);

#endif
