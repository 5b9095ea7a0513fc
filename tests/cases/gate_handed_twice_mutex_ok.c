/* Two threads create a child each, under one lock, and join it: the children are kept apart by two holds of that lock. */
#include "pattern_gate_handed.h"

THREAD(other_child)
{
	take(B);
	take(A);
	give(A);
	give(B);
	return NULL;
}

THREAD(other)
{
	take(G);
	pthread_join(begin(other_child), NULL);
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
