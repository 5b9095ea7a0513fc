/* A lock that was got within its time is held like any other. */
#include "case.h"

#include <stdint.h>
#include <time.h>

static const struct timespec later = {INT32_MAX, 0};
MUTEX(A);
MUTEX(B);

THREAD(thread1)
{
	pthread_mutex_timedlock(&A, &later);
	take(B);
	give(B);
	give(A);
	return NULL;
}

THREAD(thread2)
{
	take(B);
	take(A);
	give(A);
	give(B);
	return NULL;
}

int main(void)
{
	run(thread1);
	run(thread2);
	return 0;
}
