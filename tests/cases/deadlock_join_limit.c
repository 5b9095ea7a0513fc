/* The joiner has a limit, of two minutes: nobody waits for that. */
#include <time.h>

#include "case.h"

MUTEX(A);

THREAD(worker)
{
	take(A);
	give(A);
	return NULL;
}

int main(void)
{
	struct timespec until;
	pthread_t thread;

	alarm(20);
	take(A);
	pthread_create(&thread, NULL, worker, NULL);
	usleep(50000);
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += 120;
	pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, &until);
	give(A);
	return 0;
}
