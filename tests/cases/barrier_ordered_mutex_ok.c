/* Both orders, with a barrier between them that both threads pass. */
#include "case.h"

MUTEX(A);
MUTEX(B);
static pthread_barrier_t barrier;

THREAD(thread1)
{
	take(A);
	take(B);
	give(B);
	give(A);
	pthread_barrier_wait(&barrier);
	return NULL;
}

THREAD(thread2)
{
	pthread_barrier_wait(&barrier);
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
	pthread_barrier_destroy(&barrier);
	return 0;
}
