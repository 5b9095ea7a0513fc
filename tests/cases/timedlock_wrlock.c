/* One of the two gives up after a while: the ring cannot last. */
#include "case.h"

#include <stdint.h>
#include <time.h>

static const struct timespec later = {INT32_MAX, 0};
RWLOCK(A);
RWLOCK(B);

THREAD(thread1)
{
	take(A);
	pthread_rwlock_clockwrlock(&B, CLOCK_MONOTONIC, &later);
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
