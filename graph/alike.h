/*
 * alike.h: rings that look alike. A program that makes and destroys locks in a ring that is harmless (one thread, a gate), a million times,
 * would fill the recording with it, and the search for cycles with what it has judged already. What a ring is judged by is this: which of its
 * links are of one lock, which witnesses of one thread, what came before what; modes, stacks, classes; never which lock, nor which thread.
 * So of rings that agree in all that, ALIKE_COPIES are written (DESIGN section 7), and others counted (LIMIT_ALIKE).
 *
 * A lock that lives and that the recording knows counts as itself: alike are only rings through the very same one.
 *
 * Pure data; the caller serialises.
 */
#ifndef GRIDLOCK_ALIKE_H
#define GRIDLOCK_ALIKE_H

#include "dependency.h"

#define ALIKE_COPIES	8
#define ALIKE_LOCKS	32 /* most locks that the recording does not know, gates too, and witnesses, of a ring that can be compared */
#define ALIKE_WITNESSES 16

/* What a ring looks like. Begins zeroed; dependencies are added in the order in which they came, each with its witnesses. */
struct alike {
	uint64_t hash; /* 64 bits, taken as unique */
	bool too_large;
	uint32_t locks_count, witnesses_count;
	const struct lock *locks[ALIKE_LOCKS];
	struct alike_witness {
		uint32_t thread, segment;
	} witnesses[ALIKE_WITNESSES];
};

/* How often what was written. Fixed in size: what finds no place is written each time. */
struct alike_table {
	struct alike_count {
		uint64_t hash;
		uint32_t count;
	} counts[4096];
	uint64_t told[256][4]; /* of alike_news: the last few of those that share a place, the latest first */
};

/* The witness in `dependency` is not looked at. O(held locks x locks). */
void alike_add(struct alike *alike, const struct dependency_request *dependency);
/* A witness of the dependency added last. What orders it against others is in the notes of segments. O(witnesses x their clocks). */
void alike_add_witness(struct alike *alike, struct note_table *notes, uint32_t thread, uint32_t segment);
/* A dependency that was added alone, by this witness: was it told of before, or is it told of now? ALIKE_NEW twice for each segment of a thread
 * (what one gate keeps apart, two do not), then ALIKE_TOLD; ALIKE_LOST when as many witnesses were told of as are kept: DEPENDENCY_WITNESSES
 * threads, 4 segments of each. Only the last few are known: one may be new again. O(1). */
enum alike_news { ALIKE_NEW, ALIKE_TOLD, ALIKE_LOST };
enum alike_news alike_news(struct alike_table *table, const struct alike *dependency, uint32_t thread, uint32_t segment);
/* How often a ring that looks so was written; made when new. NULL: it cannot be told. */
uint32_t *alike_count(struct alike_table *table, const struct alike *alike);

#endif
