/*
 * crew.h: threads: started, joined, detached, cancelled and ended in every way.
 */
#ifndef RANDOM_CREW_H
#define RANDOM_CREW_H

#include "actor.h"

struct member {
	struct actor actor;
	void (*run)(struct actor *actor, void *argument);
	void *argument;
	pthread_t thread; /* glibc's thrd_t is the same type */
	bool c11;	  /* started by thrd_create: joined by its like */
	bool alone;	  /* detached: frees itself */
	const char *name; /* NULL: none given */
};

/* Starts a thread that runs that; to be joined. `plain`: by pthread_create, for one that ends as no thread of C11 does; else by any means. */
struct member *crew_start(struct seed *seed, bool plain, void (*run)(struct actor *actor, void *argument), void *argument);
void crew_join(struct member *member, struct seed *seed);
/* Starts one that nobody joins; crew_wait waits until all of them are past their last lock. */
void crew_start_detached(struct seed *seed, void (*run)(struct actor *actor, void *argument), void *argument);
void crew_wait(void);
/* Waits until *flag is at least that. Puts nothing in order that gridlock knows. */
void crew_poll(const atomic_int *flag, int value);

/* A thread that is cancelled, or calls pthread_exit, in the middle of a section, and gives back everything in cleanup handlers. */
void crew_end_early(struct actor *actor);

#endif
