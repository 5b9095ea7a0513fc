/*
 * steer.h: steering (`gridlock confirm`): a thread that holds the first lock of a link and is about to ask for the second waits, not for long,
 * until other threads stand at the other links; then all go on, and block each other. Links are known by code, and by the very locks that
 * the threads hold and want: the ring closes.
 */
#ifndef GRIDLOCK_SHIM_STEER_H
#define GRIDLOCK_SHIM_STEER_H

#include "graph/recording.h"
#include "held.h"

/* Reads the plan that the options name; none: nothing is steered. At start, before a second thread. */
void steer_init(void);

/* A stack that is new: which links' places are on it. Caller holds process->lock. */
void steer_stack(uint32_t stack, const frame_t *frames, uint32_t count);

/* The thread is about to ask for a lock, at that stack. In the slow path; may wait for as long as the plan says. */
void steer_request(struct self *self, const struct request *request, uint32_t stack);

#endif
