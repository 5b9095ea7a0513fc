/*
 * actor.h: a thread of the program, and what it holds.
 */
#ifndef RANDOM_ACTOR_H
#define RANDOM_ACTOR_H

#include "lock.h"

#define ACTOR_HELD 12

struct taken {
	struct lock *lock;
	enum mode mode;
};

struct actor {
	struct seed seed;
	struct taken held[ACTOR_HELD]; /* in the order of taking; one taken again is there again */
	unsigned count;
	unsigned generation; /* 0: started by main */
};

#endif
