/*
 * signal.h: locks that signal handlers take. Which functions are handlers is known from sigaction and signal; that a call is made inside of one, from
 * its stack: behind the handler's frame lies the one of the signal. So nothing is put between the program and its handlers.
 *
 * A lock that a handler takes, and that is taken elsewhere with the handler's signal open, is a matter of time (signal-lock): the signal
 * interrupts the holder, and the handler waits for it. What is open where a lock is taken is asked once for each call of a thread: when its
 * stack is new (stack.c).
 */
#ifndef GRIDLOCK_SIGNAL_H
#define GRIDLOCK_SIGNAL_H

#include "held.h"

/* The signals that the function which begins there handles, as a set: bit N - 1 is signal N. */
uint64_t signal_handled_by(uint64_t function);

/* The lock is being taken, at a stack that is new, or inside the handler of self->signals. In the slow path. */
void signal_taken(struct self *self, const struct request *request, uint32_t stack);
/* The lock is gone. The caller holds process->lock. */
void signal_lock_gone(uint64_t lock);

#endif
