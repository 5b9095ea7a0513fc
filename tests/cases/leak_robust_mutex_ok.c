/* A robust mutex is made for owners that die: the next one is told, and repairs. */
#include "case.h"

#include <errno.h>

static pthread_mutex_t A;

THREAD(thread1)
{
	take(A);
	return NULL;
}

int main(void)
{
	pthread_mutexattr_t robust;
	pthread_mutexattr_init(&robust);
	pthread_mutexattr_setrobust(&robust, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&A, &robust);
	run(thread1);
	if (take(A) != EOWNERDEAD)
		abort();
	pthread_mutex_consistent(&A);
	give(A);
	return 0;
}
