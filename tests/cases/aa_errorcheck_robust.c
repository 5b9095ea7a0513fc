/* A thread takes a robust error-checking mutex twice: libc refuses with EDEADLK, which it also answers to a try. */
#include "case.h"

#include <errno.h>

static pthread_mutex_t A;

THREAD(thread1)
{
	take(A);
	if (take(A) != EDEADLK)
		abort();
	if (pthread_mutex_trylock(&A) != EDEADLK)
		abort();
	give(A);
	return NULL;
}

int main(void)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&A, &attributes);
	run(thread1);
	return 0;
}
