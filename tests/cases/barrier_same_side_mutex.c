/* Both orders after the same round of a barrier: it orders nothing between them. */
#include "case.h"

MUTEX(A);
MUTEX(B);
static pthread_barrier_t barrier;
static int turn;

THREAD(thread1)
{
	pthread_barrier_wait(&barrier);
	take(A);
	take(B);
	give(B);
	give(A);
	__atomic_store_n(&turn, 1, __ATOMIC_RELEASE);
	return NULL;
}

THREAD(thread2)
{
	pthread_barrier_wait(&barrier);
	while (!__atomic_load_n(&turn, __ATOMIC_ACQUIRE))
		usleep(100);
	take(B);
	take(A);
	give(A);
	give(B);
	return NULL;
}

int main(void)
{
	pthread_t one, two;

	pthread_barrier_init(&barrier, NULL, 2);
	pthread_create(&one, NULL, thread1, NULL);
	pthread_create(&two, NULL, thread2, NULL);
	pthread_join(one, NULL);
	pthread_join(two, NULL);
	return 0;
}
