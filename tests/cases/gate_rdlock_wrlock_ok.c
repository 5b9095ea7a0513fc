/* A gate that one side writes and the other reads keeps them apart. */
#include "case.h"

RWLOCK(G);
MUTEX(A);
MUTEX(B);

THREAD(thread1)
{
	take_shared(G);
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
