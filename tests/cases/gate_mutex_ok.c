/* Opposite orders, but only ever inside of G: the two cannot meet. */
#include "case.h"

MUTEX(G);
MUTEX(A);
MUTEX(B);

THREAD(thread1)
{
	take(G);
	take(A);
	take(B);
	give(B);
	give(A);
	give(G);
	return NULL;
}

THREAD(thread2)
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
	run(thread1);
	run(thread2);
	return 0;
}
