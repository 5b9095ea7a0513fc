/*
 * schedule.h: a closed set of events (closure.h), put one after the other with as few changes of thread as is easily had, and checked on the
 * way: a lock is taken only when it is free for that mode, and everything comes after what it needs.
 */
#ifndef GRIDLOCK_SCHEDULE_H
#define GRIDLOCK_SCHEDULE_H

#include "closure.h"

/* So many events of one thread on end. */
struct schedule_run {
	uint32_t thread;   /* index */
	uint32_t from, to; /* its events [from, to) */
};
#define SCHEDULE_RUNS 64
struct schedule {
	uint32_t count;				 /* runs that are here: the last ones */
	struct schedule_run runs[SCHEDULE_RUNS]; /* in the order in which they come */
	uint64_t left_out;			 /* runs before them */
	uint64_t events;			 /* in all of them */
};

/* Orders the events of the set. `last`: threads that come last, each from its event `from` on, in this order. False: it cannot be done, which says
 * that the set is not closed or the trace is damaged; or no memory. Linear in the events of the set. */
struct schedule_last {
	uint32_t thread, from;
};
bool schedule_make(struct schedule *schedule, const struct closure *closure, const struct schedule_last *last, uint32_t last_count);

#endif
