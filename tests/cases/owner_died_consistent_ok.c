/* The owner of a robust mutex has died; the next one makes it consistent. */
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
	if (pthread_mutex_trylock(&A) != EOWNERDEAD || pthread_mutex_consistent(&A) != 0)
		return 1;
	give(A);
	take(A);
	give(A);
	return 0;
}
