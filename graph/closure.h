/*
 * closure.h: what else must have happened when certain events have: the sync-preserving closure of a set of events of a trace (H. C. Tunc, U. Mathur,
 * A. Pavlogiannis, M. Viswanathan: "Sound Dynamic Deadlock Prediction in Linear Time", PLDI 2023).
 *
 * The set is one prefix of each thread. It is closed when
 *   - a thread's events have their CREATE in it, a JOIN all of the joined thread, a WAIT every POST that came before it;
 *   - of two conflicting sections of one lock whose acquisitions are in it, the first one has its release in it.
 * Then its events, in the order of the trace, are something that the program could have done up to here: mutual exclusion holds, and the sections of
 * each lock come in the order in which they came (others of them may be left out). `keep` asks for more: of every lock but those of the ring an
 * acquisition has all conflicting releases before it in the set, so that what these locks protect is what it was.
 *
 * The set only grows: closing it again after more was added costs what was added. Linear in the events of the set.
 */
#ifndef GRIDLOCK_CLOSURE_H
#define GRIDLOCK_CLOSURE_H

#include "history.h"

/* Why an event had to be in. */
enum closure_rule { CLOSURE_ASKED, CLOSURE_CREATE, CLOSURE_JOIN, CLOSURE_POST, CLOSURE_SECTION, CLOSURE_KEPT };
struct closure_cause {
	enum closure_rule rule;
	uint32_t thread, event; /* which wanted it: index of a thread, and of its event */
	uint32_t required;	/* the event that had to be in, of the thread whose cause this is */
};
struct closure {
	struct history *history;
	bool keep;
	uint32_t *frontier;	     /* by thread: how many of its events are in the set */
	uint32_t *limit;	     /* by thread: how many may be; what goes beyond stops the search */
	struct closure_cause *cause; /* by thread: what its frontier was last moved for */
	uint32_t exceeded;	     /* the thread beyond its limit; HISTORY_NONE: none */
	bool impossible;	     /* a section would have to end that does not, in the trace; or no memory */
	uint64_t events;	     /* looked at so far: what it cost */
	uint32_t *scanned, *queue;
	bool *queued;
	uint32_t queue_head, queue_count;
	struct closure_lock *locks;
	struct open *free_open;
	struct arena *arena;
};

/* An empty set. `ring`: objects whose order is not kept. False: no memory. */
bool closure_init(struct closure *closure, struct history *history, bool keep, const uint32_t *ring, uint32_t ring_count,
		  struct arena *arena);
void closure_fini(struct closure *closure);
/* Asks for the first `count` events of a thread. */
void closure_add(struct closure *closure, uint32_t thread, uint32_t count);
/* Closes the set. False: impossible, or a thread is beyond its limit (`exceeded`): then the set is not closed, and closing goes on when the limit
 * has been raised. */
bool closure_close(struct closure *closure);

#endif
