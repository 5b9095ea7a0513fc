/*
 * finish.h: the end of the process: the last facts, and under a bare preload the report and the exit code.
 */
#ifndef GRIDLOCK_FINISH_H
#define GRIDLOCK_FINISH_H

#include "state.h"

/* Has finish_at_exit called behind every other exit handler; at start, before any library can register one. False: it will not be called. */
bool finish_init(void);

/* One line on stderr as it was at start, for what would otherwise pass silently: nothing is recorded, or no report can be made. */
void finish_say(const char *what, const char *more);

/* The process ends through _exit with `code`: writes the last facts, reports if that is ours to do. Returns the code to end with. */
int finish_exiting(int code, bool abrupt);

/* Ends the process because it is deadlocked, its output flushed as far as that cannot block; by abort, if there is to be a `core`. In the slow
 * path. */
void finish_deadlocked(struct self *self, bool core) __attribute__((noreturn));

#endif
