/* Opposite orders, but each side tries its second lock, and when it is not to be had lets go of the first and begins again. */
#include <sched.h>

#include "case.h"

MUTEX(A);
MUTEX(B);

static void both(pthread_mutex_t *first, pthread_mutex_t *second)
{
	for (;;) {
		pthread_mutex_lock(first);
		if (pthread_mutex_trylock(second) == 0)
			break;
		pthread_mutex_unlock(first);
		sched_yield();
	}
	pthread_mutex_unlock(second);
	pthread_mutex_unlock(first);
}

THREAD(thread1)
{
	for (int i = 0; i < 1000; i++)
		both(&A, &B);
	return NULL;
}

THREAD(thread2)
{
	for (int i = 0; i < 1000; i++)
		both(&B, &A);
	return NULL;
}

int main(void)
{
	pthread_t threads[2];

	pthread_create(&threads[0], NULL, thread1, NULL);
	pthread_create(&threads[1], NULL, thread2, NULL);
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
	return 0;
}
