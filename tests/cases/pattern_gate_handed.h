/*
 * pattern_gate_handed.h: a thread is created and joined while its creator holds G, and takes A then B; another one, that nothing orders
 * against it, takes them the other way round. What the creator does in between, and what the other one holds, is the case's.
 */
#include "case.h"

MUTEX(G);
MUTEX(A);
MUTEX(B);

THREAD(child)
{
	take(A);
	take(B);
	give(B);
	give(A);
	return NULL;
}

static inline pthread_t begin(void *(*script)(void *))
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, script, NULL))
		abort();
	return thread;
}
