/* A thread comes to a barrier with a lock held, which another one needs on its way there. */
#include "case.h"

MUTEX(A);
static pthread_barrier_t barrier;
static int step;

THREAD(holder)
{
	while (!__atomic_load_n(&step, __ATOMIC_ACQUIRE))
		usleep(100);
	take(A);
	pthread_barrier_wait(&barrier);
	give(A);
	return NULL;
}

THREAD(passer)
{
	take(A);
	give(A);
	__atomic_store_n(&step, 1, __ATOMIC_RELEASE);
	pthread_barrier_wait(&barrier);
	return NULL;
}

int main(void)
{
	pthread_t one, two;

	pthread_barrier_init(&barrier, NULL, 2);
	pthread_create(&one, NULL, holder, NULL);
	pthread_create(&two, NULL, passer, NULL);
	pthread_join(one, NULL);
	pthread_join(two, NULL);
	return 0;
}
