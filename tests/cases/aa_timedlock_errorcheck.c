/* The same with an error-checking mutex: libc refuses at once. */
#include "case.h"

#include <errno.h>
#include <time.h>

ERRORCHECK_MUTEX(A);

THREAD(thread1)
{
	struct timespec long_ago = {1, 0};
	take(A);
	if (pthread_mutex_timedlock(&A, &long_ago) != EDEADLK)
		abort();
	give(A);
	return NULL;
}

int main(void)
{
	run(thread1);
	return 0;
}
