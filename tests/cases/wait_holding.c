/* A thread waits on a condition with B, and holds A meanwhile; whoever signals takes A first. This time he came first. */
#include "case.h"

MUTEX(A);
MUTEX(B);
static pthread_cond_t ready = PTHREAD_COND_INITIALIZER;
static int step, is_ready;

static void until(int value)
{
	while (__atomic_load_n(&step, __ATOMIC_ACQUIRE) < value)
		usleep(100);
}

THREAD(waiter)
{
	until(1);
	take(A);
	take(B);
	__atomic_store_n(&step, 2, __ATOMIC_RELEASE);
	while (!is_ready)
		pthread_cond_wait(&ready, &B);
	give(B);
	give(A);
	return NULL;
}

THREAD(signaller)
{
	take(A);
	give(A);
	__atomic_store_n(&step, 1, __ATOMIC_RELEASE);
	until(2);
	take(B);
	is_ready = 1;
	pthread_cond_signal(&ready);
	give(B);
	return NULL;
}

int main(void)
{
	pthread_t one, two;

	pthread_create(&one, NULL, waiter, NULL);
	pthread_create(&two, NULL, signaller, NULL);
	pthread_join(one, NULL);
	pthread_join(two, NULL);
	return 0;
}
