/*
 * finish.h: the end of the process: the last facts, and under a bare preload the report and the exit code.
 */
#ifndef GRIDLOCK_FINISH_H
#define GRIDLOCK_FINISH_H

#include "state.h"

/* Has finish_at_exit called behind every other exit handler; at start, before any library can register one. */
void finish_init(void);

/* The process ends through _exit with `code`: writes the last facts, reports if that is ours to do. Returns the code to end with. */
int finish_exiting(int code, bool abrupt);

/* Ends the process because it is deadlocked, its output flushed as far as that cannot block. In the slow path. */
void finish_deadlocked(struct self *self) __attribute__((noreturn));

#endif
