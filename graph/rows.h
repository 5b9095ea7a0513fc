/*
 * rows.h: dependencies that differ in one lock of a large class alone, a bit each. A cache with 4096 locks for its items, each held while one of 90 others
 * is asked for, makes hundreds of thousands of dependencies, found once by each thread. As long as no ring leads through them among *classes*, none can
 * among the locks themselves: they need no node, no edge and no record, as long as they can be had when such a ring does close.
 *
 * Two requests are of one kind when they differ in the lock at one place only, which is called the axis (0 ..: of the locks held, outermost first; behind
 * them the one asked for), both locks there are of one class, and their numbers lie in one aligned range of ROW_LOCKS. A kind has a row for each (thread, segment),
 * its witness: the bit of a lock says that it asked so, with that lock at the axis. Only the row's own thread sets bits, without the caller's
 * serialisation (row_add).
 *
 * A kind begins when the same was asked ROW_TRIES times, and is closed for good, each of its bits made a dependency (dependency_add), oldest row first:
 * when classes in it come to lie in a ring, when another of its locks is about to retire, when it gets a row too many, or when there is no memory.
 * A lock at the axis that retires leaves the others that were held with it: its bits become dependencies before. So whatever a ring can be made of
 * is where dependency.h looks, at every time. When all locks of a range are gone its kinds are; rows stay, for threads may be looking at them.
 *
 * Pure data; memory from the arena. The caller serialises all but the row_ functions.
 */
#ifndef GRIDLOCK_ROWS_H
#define GRIDLOCK_ROWS_H

#include <stdatomic.h>

#include "lock.h"

#define ROW_WORDS     8u
#define ROW_WORD      63u /* locks to a word; its last bit says that the row is closed, so that a look at one word tells all */
#define ROW_CLOSED    (1ull << ROW_WORD)
#define ROW_LOCKS     (ROW_WORDS * ROW_WORD)
#define ROW_HELD      3u /* most locks held */
#define ROW_WITNESSES 64u
#define ROW_NONE      UINT32_MAX
#ifndef ROW_TRIES
#define ROW_TRIES 8u
#endif
#define ROWS_MOST (1u << 16) /* of a process; they are not given back */

struct dependencies;
struct dependency_request;

/* Locks of one class with numbers in one range. */
struct row_group {
	uint64_t key;
	const struct lock_class *class;
	uint64_t base; /* the first number */
	struct row_kind *kinds;
	uint32_t alive;			     /* of the members; 0: it goes, with all its kinds */
	_Atomic uint64_t members[ROW_WORDS]; /* numbers known to be of the class; numbers are given once, so none ever leaves */
	UT_hash_handle hh;
};
struct row {
	_Atomic uint64_t words[ROW_WORDS];
	const struct row_group *group;
	struct row *next; /* of the kind */
	uint32_t thread, segment;
	uint64_t when; /* the first bit */
};
struct rows {
	struct row_kind *kinds; /* by key */
	struct row_group *groups;
	struct row_try *tries; /* ROW_TRY_PLACES */
	uint32_t count;	       /* rows */
	uint32_t tries_wanted; /* ROW_TRIES */
	bool off;	       /* there was no memory for the order of classes */
};

/* The best axis for a request: where the class of the lock has most locks now. ROW_NONE: none has many. */
uint32_t rows_axis(const struct dependency_request *request);
/* The row for a request, which is in it now, with its witness, of which there are notes. `key`: a hash of the axis and of all of the request but the
 * witness, and of the lock at the axis the range only; 64 bits, as those of contexts. NULL: it has to be a dependency of its own, dependency_add. O(rows of
 * its kind); where that closes the kind, what its dependencies cost. */
struct row *rows_take(struct dependencies *set, struct lock_table *table, const struct dependency_request *request, uint32_t axis,
		      uint64_t key);
/* Classes came to lie in a ring. O(kinds), and what the dependencies of those in it cost. */
void rows_close_rings(struct dependencies *set);
/* From now on everything is a dependency. */
void rows_close_all(struct dependencies *set);
/* The lock is about to get another class. O(kinds that name it, or may have it at their axis), and what their dependencies cost. */
void rows_leave(struct dependencies *set, struct lock *lock);
/* The lock is about to retire. O(kinds that name it), and the rows of those that may have it at their axis. */
void rows_retire(struct dependencies *set, struct lock *lock);

static inline uint32_t row_word(uint64_t lock)
{
	return (uint32_t)(lock % ROW_LOCKS / ROW_WORD);
}

static inline uint64_t row_bit(uint64_t lock)
{
	return 1ull << lock % ROW_WORD;
}

/* Is the lock in it, and is that to be relied on? What is in a row that is closed came before, and is a dependency, or came too late. Any thread. */
static inline bool row_has(const struct row *row, uint64_t lock)
{
	uint64_t word = atomic_load_explicit(&row->words[row_word(lock)], memory_order_relaxed);

	return word & row_bit(lock) && !(word & ROW_CLOSED);
}

/* Only the row's thread, in its segment, or its signal handler. False: the caller has to take the slow path. */
static inline bool row_add(struct row *row, uint64_t lock)
{
	uint32_t word = row_word(lock);

	if (!(atomic_load_explicit(&row->group->members[word], memory_order_relaxed) & row_bit(lock)))
		return false;
	/* Relaxed: either row_close finds it, or it finds that the row is closed. */
	return !(atomic_fetch_or_explicit(&row->words[word], row_bit(lock), memory_order_relaxed) & ROW_CLOSED);
}

#endif
