/* A rwlock that was tried and got is held like any other. */
#include "case.h"

RWLOCK(A);
RWLOCK(B);

THREAD(thread1)
{
	pthread_rwlock_trywrlock(&A);
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
