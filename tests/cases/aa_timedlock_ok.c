/* A thread asks, with a time limit, for a mutex that it holds: the call comes back, so it is no deadlock. */
#include "case.h"

#include <errno.h>
#include <time.h>

MUTEX(A);

THREAD(thread1)
{
	struct timespec long_ago = {1, 0};
	take(A);
	if (pthread_mutex_timedlock(&A, &long_ago) != ETIMEDOUT)
		abort();
	give(A);
	return NULL;
}

int main(void)
{
	run(thread1);
	return 0;
}
