/* Two spin locks: the threads do not sleep, but they never get on either. */
#include "pattern_deadlock.h"

static pthread_spinlock_t s, t;

__attribute__((constructor)) static void make(void)
{
	pthread_spin_init(&s, PTHREAD_PROCESS_PRIVATE);
	pthread_spin_init(&t, PTHREAD_PROCESS_PRIVATE);
}

THREAD(thread1)
{
	pthread_spin_lock(&s);
	meet();
	pthread_spin_lock(&t);
	return NULL;
}

THREAD(thread2)
{
	pthread_spin_lock(&t);
	meet();
	pthread_spin_lock(&s);
	return NULL;
}
