/* A thread that only tries for its second lock never waits for it, readers neither. */
#include "case.h"

RWLOCK(A);
RWLOCK(B);

THREAD(thread1)
{
	take(A);
	pthread_rwlock_tryrdlock(&B);
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
