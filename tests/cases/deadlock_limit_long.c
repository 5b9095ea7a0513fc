/* One of the two waits with a limit of two minutes: nobody waits for that. */
#include <time.h>

#include "pattern_deadlock.h"

MUTEX(A);
MUTEX(B);

THREAD(thread1)
{
	struct timespec until;

	take(A);
	meet();
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 120;
	pthread_mutex_timedlock(&B, &until);
	return NULL;
}

THREAD(thread2)
{
	take(B);
	meet();
	take(A);
	return NULL;
}
