/*
 * sequence.h: numbered things in an order, where any two can be compared and one can be put behind any other: a list with labels that grow along
 * it. M. A. Bender, R. Cole, E. D. Demaine, M. Farach-Colton and J. Zito, "Two Simplified Algorithms for Maintaining Order in a List", ESA 2002.
 *
 * Pure data: no memory of its own, no locks. The caller serialises, and gives an array with a place for each number and one for 0.
 */
#ifndef GRIDLOCK_SEQUENCE_H
#define GRIDLOCK_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

struct place {
	uint64_t label;
	uint32_t before, after; /* neighbours; 0 at the ends. Of place 0: the last and the first */
};
struct sequence {
	struct place *places; /* by number, from 1; zeroed to begin with. The caller may move it */
	uint64_t moved;	      /* for tests: labels given so far */
};

/* Puts `number`, which is not in the sequence, right behind `place`, which is; 0: first. O(log n), amortised over all that were put there. */
void sequence_add(struct sequence *sequence, uint32_t number, uint32_t place);
void sequence_remove(struct sequence *sequence, uint32_t number);

static inline uint32_t sequence_before(const struct sequence *sequence, uint32_t number)
{
	return sequence->places[number].before;
}

/* Does `a` come before `b`? Both are in the sequence. */
static inline bool sequence_precedes(const struct sequence *sequence, uint32_t a, uint32_t b)
{
	return sequence->places[a].label < sequence->places[b].label;
}

#endif
