/*
 * pattern_deadlock.h: threads that really meet: each calls meet() between its two locks, and waits there for the others. main starts THREADS
 * of them and joins them all; nothing ends them but the library, or an alarm when that fails.
 */
#include "case.h"

#ifndef THREADS
#define THREADS 2
#endif

static int met;

static inline void meet(void)
{
	__atomic_add_fetch(&met, 1, __ATOMIC_ACQ_REL);
	while (__atomic_load_n(&met, __ATOMIC_ACQUIRE) < THREADS)
		usleep(100);
}

static void *thread1(void *unused);
static void *thread2(void *unused);
#if THREADS > 2
static void *thread3(void *unused);
#endif

int main(void)
{
	void *(*const scripts[])(void *) = {
		thread1,
		thread2,
#if THREADS > 2
		thread3
#endif
	};
	pthread_t threads[THREADS];

	alarm(20);
	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, scripts[i], NULL);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
