/*
 * index.h: where the locks of this process lie: by address, for locks that have no room for a stamp; and by range, for memory that goes away.
 *
 * A hash of granules of 256 bytes, each a short chain of entries. Look-up takes no lock: entries are type-stable (never used for anything
 * else), and a version tells a reader that the chains have changed under it. Changes are made under process->lock. The index lies in
 * `tables`, and stays true across a fork.
 *
 * index_near is the filter before all of it: a count for each page (by the low 16 bits of its number) of the locks that lie in this page or in
 * the three behind it. So a free of memory that holds no lock costs a load and a compare, whatever the size of the block; a lock that
 * lies more than INDEX_REACH into a block is not seen to go when the block does.
 */
#ifndef GRIDLOCK_INDEX_H
#define GRIDLOCK_INDEX_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shim.h"

#define INDEX_REACH ((size_t)12 << 10) /* at least so far; up to a page more */

struct index_entry {
	const void *address;
	_Atomic uint64_t id; /* of the life that is going on; INDEX_DESTROYED: it was destroyed; of a condition: what waits (cond.c) */
	_Atomic(struct index_entry *) next;
	uint8_t kind; /* enum lock_kind */
	uint8_t flags;
	uint32_t stack;		  /* of its destruction */
	uint32_t thread;	  /* that destroyed it */
	struct lock_class *class; /* of the life that is over: only destroyed locks have one here */
};
#define INDEX_DESTROYED UINT64_MAX
/* What is no lock, but has an entry: a kind behind all of enum lock_kind. */
#define INDEX_CONDITION 255
/* Flags beside enum lock_flags': the lock lies in a module. */
#define INDEX_STATIC 128

extern _Atomic uint16_t index_pages[1 << 16];
/* The same by cache line of 64 bytes, exactly where they begin: for blocks whose size is known. */
#define INDEX_LINES (1u << 20)
extern _Atomic uint8_t index_lines[INDEX_LINES];

/* May a lock lie in memory that begins there? */
INLINE bool index_near(const void *start)
{
	return atomic_load_explicit(&index_pages[(uintptr_t)start >> 12 & 0xffff], memory_order_relaxed) != 0;
}

INLINE uint8_t index_line(uintptr_t address)
{
	return atomic_load_explicit(&index_lines[(address >> 6) % INDEX_LINES], memory_order_relaxed);
}

/* May a lock begin in [start, start + size)? */
INLINE bool index_touches(const void *start, size_t size)
{
	uintptr_t at = (uintptr_t)start, last = at + size - 1;

	/* Most blocks touch two lines at most. */
	for (; unlikely(last - at >= 64); at += 64)
		if (index_line(at))
			return true;
	return (index_line(at) | index_line(last)) != 0;
}

/* The entry at that address, or NULL. Takes no lock; while the index is being changed it may miss one: callers that make a lock of what is
 * not there ask again under process->lock, where it misses none. */
struct index_entry *index_find(const void *address);
/* The number of the lock there, 0 when there is none or it is over. */
uint64_t index_id(const void *address);

/* The entry at that address, made when there is none (with id 0). NULL: no memory. The caller holds process->lock, as for all that follows. */
struct index_entry *index_add(const void *address, uint8_t kind, uint8_t flags);
void index_remove(const void *address);

/* The entries of all things that begin in a range of memory, one after the other: `copy` is what was found; false: no more. What was found may
 * be removed before the next one is asked for. */
struct index_range {
	uintptr_t start, end;
	uintptr_t next; /* begins as `start` */
	size_t chain;	/* of a range that is longer than the filter: all chains are gone through */
};
bool index_next(struct index_range *range, struct index_entry *copy);

#endif
