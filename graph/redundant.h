/*
 * redundant.h: locks that protect nothing: in the whole trace taken by two threads or more, REDUNDANT_LEAST times or more, and each time under one
 * and the same other lock, held exclusively.
 */
#ifndef GRIDLOCK_REDUNDANT_H
#define GRIDLOCK_REDUNDANT_H

#include "history.h"

#define REDUNDANT_LEAST 100

struct redundant {
	uint32_t threads;     /* that took it */
	uint32_t outer;	      /* object that it was always taken under; HISTORY_NONE: there is none */
	uint32_t stack;	      /* where it was first taken, in the order of the threads */
	uint32_t outer_stack; /* and the other one, then */
	uint64_t count;	      /* how often it was taken: 0, an object that is no lock */
};

/* One for each object of the history, in its arena. NULL: no memory. Linear in events times locks held. */
struct redundant *redundant_find(const struct history *history);
/* Is that what redundant-lock says? */
bool redundant_is(const struct history *history, const struct redundant *lock);

#endif
