/* One of the two waits with a limit, of three seconds: then it lets go, and the other one gets on. No deadlock. */
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
	until.tv_sec += 3;
	if (pthread_mutex_timedlock(&B, &until) == 0)
		give(B);
	give(A);
	return NULL;
}

THREAD(thread2)
{
	take(B);
	meet();
	take(A);
	give(A);
	give(B);
	return NULL;
}
