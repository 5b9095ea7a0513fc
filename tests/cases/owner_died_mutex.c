/* The owner of a robust mutex has died, and the next one unlocks it as if nothing had happened: nobody can lock it any more. */
#include <errno.h>

#include "case.h"

static pthread_mutex_t A;

THREAD(thread1)
{
	take(A);
	return NULL;
}

int main(void)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&A, &attributes);
	run(thread1);
	if (take(A) != EOWNERDEAD)
		return 1;
	give(A);
	return take(A) == ENOTRECOVERABLE ? 0 : 1;
}
