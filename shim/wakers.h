/*
 * wakers.h: who has signalled a condition or posted a semaphore so far: for `gridlock dump`, when somebody waits there and nobody comes. In a small
 * table in the recording (graph/recording.h, struct waker), where the oldest entries give way.
 */
#ifndef GRIDLOCK_WAKERS_H
#define GRIDLOCK_WAKERS_H

#include "state.h"

/* The thread wakes whoever waits for `object`. A few loads when it is known; else takes and releases process->lock. In the slow path. */
void waker_note(struct self *self, const void *object, struct site site);
/* The object is new, or gone. The caller holds process->lock. */
void waker_forget(const void *object);

#endif
