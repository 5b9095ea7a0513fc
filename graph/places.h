/*
 * places.h: where in a trace the links of a cycle are: the places at which a thread stands at one, holding its lock and about to ask for the next.
 */
#ifndef GRIDLOCK_PLACES_H
#define GRIDLOCK_PLACES_H

#include "history.h"

#define PLACES_LINKS 8

/* A link of a cycle: holding the lock taken at one stack, a thread asks for another at another. Numbers as in the trace. */
struct places_link {
	uint32_t held, held_stack;
	uint32_t wanted, wanted_stack;
	uint32_t thread; /* number of the one to be tried first; 0: any */
};
/* Events by their index in the thread. */
struct place {
	uint32_t thread; /* index */
	uint32_t stop;	 /* the event that it has not done */
	uint32_t got;	 /* its acquisition of what it wants; HISTORY_NONE: it never got it */
	uint32_t takes;	 /* its acquisition of what it holds */
	uint32_t asked;	 /* its request of that; the same, when it did not wait */
};
struct places {
	uint32_t links;
	uint32_t ring[PLACES_LINKS]; /* the objects that the links hold */
	struct places_list {
		struct place *list; /* by thread, then in its order */
		uint32_t count, room;
	} of[PLACES_LINKS];
};

enum places_result { PLACES_FOUND, PLACES_NOT_TRACED, PLACES_NO_MEMORY };
/* Finds them all. Link i wants what link i + 1 (mod count) holds; at most PLACES_LINKS. PLACES_NOT_TRACED: link *link is nowhere in the trace.
 * Linear in the events of the ring's locks. */
enum places_result places_find(struct places *places, const struct history *history, const struct places_link *links, uint32_t count,
			       uint32_t *link);
void places_fini(struct places *places, const struct history *history);

#endif
