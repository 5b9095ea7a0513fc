/*
 * slots.h: slots that were read at a moment that counts, kept in a file of the run's folder (slots.N), for the report: the threads of a deadlock
 * over several processes, which are about to be killed, or go on.
 */
#ifndef GRIDLOCK_SLOTS_H
#define GRIDLOCK_SLOTS_H

#include "waiters.h"

/* Keeps the slots of those `count` members of the list. What cannot be written is said on stderr. */
void slots_keep(const char *directory, unsigned number, const struct run *run, const struct waiters *waiters, const uint32_t *members,
		size_t count);
/* The waiters of the next such file; `*number` begins as 0. False: there is none. */
bool slots_read(const struct run *run, unsigned *number, struct waiters *waiters);

#endif
