/* A ring of two has a longer way round, through M, by the same thread: it says nothing new and is not reported beside the short one. */
#include "case.h"

MUTEX(A);
MUTEX(M);
MUTEX(Z);

THREAD(thread1)
{
	take(A);
	take(M);
	take(Z);
	give(Z);
	give(M);
	give(A);
	return NULL;
}

THREAD(thread2)
{
	take(Z);
	take(A);
	give(A);
	give(Z);
	return NULL;
}

int main(void)
{
	run(thread1);
	run(thread2);
	return 0;
}
