/*
 * dependency.h: the dependencies of one process, and which of them reach the recording (DESIGN sections 6 and 7).
 *
 * "While holding the set H (lock, mode, stack each), a thread asked for lock l (mode; blocking, timed or try) at stack k." Dependencies are
 * distinct by that content, without thread and segment; each keeps up to DEPENDENCY_WITNESSES (thread, segment) pairs.
 *
 * A lock that is gone leaves, with all that only it needs (dependency_retire): memory is bounded by the locks alive and the code paths.
 *
 * Among classes a dependency is written when it is new. Among instances it is written when it lies in a ring of the order graph: the
 * one that closes a ring, all others in there, and every later one; and always when it touches a process-shared lock. Of rings that look
 * alike only the first few (alike.h).
 *
 * Of an rwlock whose readers wait behind a waiting writer (KIND_RWLOCK_WRITER) two more things are taken in, which make no edge: who reads it while
 * he reads it, with `lock` itself in the held set; and who writes it, with nothing held perhaps. A writer makes a reader wait who meets a
 * reader. So they are written when there are both, or when the lock lies in a ring.
 *
 * Pure data; memory from the arena; the caller serialises.
 */
#ifndef GRIDLOCK_DEPENDENCY_H
#define GRIDLOCK_DEPENDENCY_H

#include "lock.h"
#include "note.h"
#include "order.h"
#include "rows.h"

#define DEPENDENCY_WITNESSES 16

struct dependency_held {
	struct lock *lock;
	uint32_t stack;
	uint8_t mode, how;
};
struct dependency_request {
	struct lock *lock; /* asked for */
	uint32_t stack;
	uint8_t mode, how;
	bool cut;		  /* more locks are held than these */
	uint32_t thread, segment; /* the witness */
	uint64_t when;		  /* nanoseconds of CLOCK_MONOTONIC */
	uint32_t count;
	const struct dependency_held *held; /* outermost first; at least one, and none of them is `lock`: but see below */
};

struct dependencies {
	struct arena *arena;
	struct order *order;
	struct order *class_order; /* the same among classes; what is gone stays in it */
	struct rows rows;
	struct lock **owners; /* of the order graph's nodes, by node */
	uint32_t owners_room;
	struct lock_table *locks; /* NULL: not needed yet */
	struct note_table notes;
	struct alike_table *alike; /* NULL: there was no ring yet */
	uint32_t moved;		   /* dependencies with witnesses that moved and were not written yet, but will be */
	uint32_t copies;	   /* how many of rings that look alike are written: ALIKE_COPIES */
	struct dependency *list;   /* by content */
	uint64_t witnesses;	   /* that they have, in all */
	struct class_dependency *classes;
	const struct fact_sink *sink;
	struct recording_header *header; /* numbers and limits */
	uint32_t epoch;			 /* serial of the process */
};

enum dependency_result {
	DEPENDENCY_OPEN,     /* seen with this witness; others are still wanted */
	DEPENDENCY_ROW,	     /* the same, in a row (rows.h) */
	DEPENDENCY_FULL,     /* has all the witnesses that it can keep */
	DEPENDENCY_LOST,     /* the same, and this one is not among them: no other would be */
	DEPENDENCY_NO_MEMORY /* not (wholly) recorded */
};

/* An empty set. False: no memory. `header` gives the numbers. */
bool dependencies_init(struct dependencies *set, struct arena *arena, const struct fact_sink *sink, struct recording_header *header,
		       uint32_t epoch);
/* Adds a dependency or a witness of a known one, and writes what is to be written.
 * Cost: a hash probe when known with the witness; else that of order_add_edge per held lock. */
enum dependency_result dependency_add(struct dependencies *set, const struct dependency_request *request);

/* The source declares that who takes both takes `before` first: an edge of the order graph like any other, so that the recording gets what lies in a
 * ring with it; now, when there is one already. False: no memory. Cost: that of order_add_edge, and of the ring. */
bool dependency_declare(struct dependencies *set, struct lock *before, struct lock *after);
/* The lock is about to get that class (lock_set_class); nothing is to be done before it is in the set. */
void dependency_change_class(struct dependencies *set, struct lock *lock, struct lock_class *class);

/* The lock's life is over (DESIGN section 5): it leaves the table, its node the order graph, and so do the paths that led through it. What asked
 * for it is forgotten. What asked for another lock while holding this one and others goes on: that those others were held at that place stays
 * true, and a ring among them has to be found; and that this one was held with them, for as long as that tells it from others, since it may gate
 * a ring among them. What the recording has of it stays there, and so does every dependency among classes.
 * `set` NULL: there is no graph yet. O(dependencies that name it), those in rows too, and O(its ring). */
void dependency_retire(struct dependencies *set, struct lock_table *table, struct lock *lock);

/* Enters what the request says of classes into their order. False: no memory; then rows are over (rows.h). */
bool dependency_add_class_edges(struct dependencies *set, const struct dependency_request *request);
/* Do both lie in one ring of classes, or are they one class? True as well when that is not known. */
bool dependency_classes_in_ring(struct dependencies *set, const struct lock_class *a, const struct lock_class *b);

/* When all witnesses' places are taken the last one of a thread moves to its latest segment; not every move is written at once. Writes those that
 * are left, at the end of the process. O(dependencies). */
void dependency_write_moved(struct dependencies *set);

/* Is this thread a witness of some dependency now, or written? Only then does it matter to others what lies before and after it. */
bool dependency_has_witness(struct dependencies *set, uint32_t thread);
/* What held true of the thread from its beginning to its end, the locks of which the recording knows: kept for as long as it is a witness, and
 * written with it. Once for a thread. */
void dependency_add_gates(struct dependencies *set, const struct fact_gates *gates);
/* After dependency_add: forgets the notes of a thread and segment that were kept for it and are no witness after all. */
void dependency_drop_notes(struct dependencies *set, uint32_t thread, uint32_t segment);

#endif
