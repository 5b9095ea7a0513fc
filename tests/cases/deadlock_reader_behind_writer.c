/* A thread reads an rwlock again while a writer waits for it, who keeps new readers out. */
#include "pattern_deadlock.h"

RWLOCK_WRITER(R);

THREAD(thread1)
{
	take_shared(R);
	meet();
	/* Until the writer stands in line. */
	while (pthread_rwlock_tryrdlock(&R) == 0) {
		give(R);
		usleep(1000);
	}
	take_shared(R);
	return NULL;
}

THREAD(thread2)
{
	meet();
	take(R);
	return NULL;
}
