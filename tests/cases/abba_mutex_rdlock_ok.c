/* A mutex and a rwlock, only ever read, in opposite orders: the link at B is read against read, which does not block. */
#include "case.h"

MUTEX(A);
RWLOCK(B);

THREAD(thread1)
{
	take(A);
	take_shared(B);
	give(B);
	give(A);
	return NULL;
}

THREAD(thread2)
{
	take_shared(B);
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
