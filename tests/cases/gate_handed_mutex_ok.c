/* The creator holds a lock from the child's beginning until it has joined it: who takes that lock does not meet the child. */
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
	run(other);
	take(G);
	pthread_join(begin(child), NULL);
	give(G);
	return 0;
}
