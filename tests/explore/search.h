/*
 * search.h: all that a program can come to. What every thread holds follows from how far it is, so a state is one number for each thread.
 */
#ifndef EXPLORE_SEARCH_H
#define EXPLORE_SEARCH_H

#include "program.h"

/* Threads that wait for each other: thread[i] waits for lock[i], which thread[i + 1] holds. It begins with the smallest thread. */
struct ring {
	unsigned length;
	uint8_t thread[THREADS_MAX];
	uint8_t lock[THREADS_MAX];
};
#define RINGS_MAX 4096
struct rings {
	unsigned count;
	struct ring list[RINGS_MAX];
};

/* Every ring that some interleaving comes to, each once. False: too many states. */
bool search_rings(const struct program *program, struct rings *rings);

/* A random interleaving from the beginning to the end: which thread does the next step. Returns the number of steps, 0 when there is none. */
unsigned search_schedule(const struct program *program, uint64_t seed, uint8_t schedule[THREADS_MAX * OPS_MAX]);

#endif
