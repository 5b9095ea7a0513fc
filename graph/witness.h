/*
 * witness.h: a schedule of a trace's events that ends in the deadlock of a cycle: each thread of the ring holds its lock and asks for the next.
 *
 * A thread stands at its link in as many places of the trace as it did it (occurrences). For threads t1 .. tk the earliest places whose closure
 * (closure.h) does not need any of them to be past its own are found by moving on whichever is passed: linear in the trace for each choice of
 * threads, for the set only grows. That search is incomplete: it never takes the sections of a lock in another order than they came in.
 *
 *   WITNESS_PLAIN   such a schedule; `kept` when it also keeps the order of releases and acquisitions of all other locks.
 *   WITNESS_STRONG  it keeps that, and in the trace the threads were there at the same time: each asked for its lock before the one that
 *                   wants it from it had got it. So nothing that the trace does not show (a flag, a pipe) can have kept them apart up to there.
 *
 * What is passed through memory, pipes or branches is not seen: it may forbid a plain one.
 */
#ifndef GRIDLOCK_WITNESS_H
#define GRIDLOCK_WITNESS_H

#include "places.h"
#include "schedule.h"

enum witness_kind { WITNESS_NONE, WITNESS_PLAIN, WITNESS_STRONG };
/* What was in the way, of the first choice of threads. */
enum witness_obstacle {
	OBSTACLE_MEMORY,
	OBSTACLE_NOT_TRACED, /* link `link` is not in the trace */
	OBSTACLE_THREADS,    /* the trace has no thread of its own for each link */
	OBSTACLE_PAST,	     /* the thread of link `link` would have to be past it: `cause` */
	OBSTACLE_NO_ORDER    /* the events found cannot be put in order */
};
struct witness {
	enum witness_kind kind;
	bool kept;
	uint32_t threads[PLACES_LINKS]; /* index of each link's thread */
	uint32_t stops[PLACES_LINKS];	/* its event that is not done: where it waits */
	uint32_t takes[PLACES_LINKS];	/* its event that took the lock which it holds */
	struct schedule schedule;
	enum witness_obstacle obstacle;
	uint32_t link;
	struct closure_cause cause; /* of the thread of that link (threads[link]), whose `required` had to be done */
};

/* Looks for one. `links`: link i wants what link i + 1 (mod count) holds; at most PLACES_LINKS. Tries up to 64 choices of threads. */
void witness_find(struct history *history, const struct places_link *links, uint32_t count, struct witness *witness);

#endif
