/* A mutex and a rwlock, taken to write, in opposite orders. */
#include "case.h"

MUTEX(A);
RWLOCK(B);

THREAD(thread1)
{
	take(A);
	take(B);
	give(B);
	give(A);
	return NULL;
}

THREAD(thread2)
{
	take(B);
	take(A);
	give(A);
	give(B);
	return NULL;
}

int main(void)
{
	run(thread1);
	run(thread2);
	return 0;
}
