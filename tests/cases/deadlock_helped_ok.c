/* What looks like a ring for half a second is none: one of the two waits with a limit. Nobody has waited longer for it than without the library. */
#include <errno.h>
#include <time.h>

#include "pattern_deadlock.h"

RWLOCK(R);
RWLOCK(S);

THREAD(thread1)
{
	struct timespec until;

	take(R);
	meet();
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += 500000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	if (pthread_rwlock_timedrdlock(&S, &until) != ETIMEDOUT)
		abort();
	give(R);
	return NULL;
}

THREAD(thread2)
{
	take(S);
	meet();
	take_shared(R);
	give(R);
	give(S);
	return NULL;
}
