/* The creator holds a lock when it creates the child and when it joins it, and lets go of it in between: there the child meets others. */
#include "pattern_gate_handed.h"

THREAD(other)
{
	take(G);
	take(B);
	take(A);
	give(A);
	give(B);
	give(G);
	return NULL;
}

int main(void)
{
	pthread_t thread;

	run(other);
	take(G);
	thread = begin(child);
	give(G);
	take(G);
	pthread_join(thread, NULL);
	give(G);
	return 0;
}
