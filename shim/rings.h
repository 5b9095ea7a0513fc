/*
 * rings.h: rings of waits among the threads of this process, from the slots: who holds, and who waits for what. The last thread to join a ring
 * finds it: each publishes its wait (a full fence) before it looks at the others'.
 *
 * A waiting thread changes nothing in its slot, so that a ring is not a matter of luck: what may end one is an unlock by a stranger, a signal
 * handler, or a time limit. Hence the second look, a second later (deadlock.c).
 *
 * Waits that may end by themselves make a ring too, a soft one: with a time limit; or in pthread_cond_wait, where a thread waits first for a
 * signal and then, inside libc, for its mutex. Which of the two it is the kernel tells, for a thread that has stayed there.
 */
#ifndef GRIDLOCK_RINGS_H
#define GRIDLOCK_RINGS_H

#include "state.h"

/* Can anybody wait for the thread, which has just published that it waits itself? A few loads, none of them from the lock, whose line its holder
 * writes. */
bool ring_is_awaited(struct self *self);
/* Then: can it be in a ring? `holder`: number (tid) of the thread that holds the lock; 0: not known. Some loads more, and most waits are found to be in
 * none: the holder runs. */
bool ring_possible(struct self *self, int holder);

/* A ring through the calling thread: a number that is the same as long as it is the same ring of the same waits; 0: there is none. Hard rings come
 * first. Takes and releases process->lock; O(threads + waiting threads ^ 2). */
uint64_t ring_find(struct self *self);

/* Is that ring still there, and for good? Then it is recorded, with every thread of the process that waits, and *tids has the kernel's numbers of
 * its threads, at most `room`; returns their number. 0: it is not, or may still end by itself. *again: another thread of it has done so already. */
uint32_t ring_record(struct self *self, uint64_t ring, uint32_t *tids, uint32_t room, bool *again);

#endif
