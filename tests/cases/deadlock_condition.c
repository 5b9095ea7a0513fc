/* A thread waits on a condition with a mutex, and holds another one meanwhile. Whoever signals keeps the first and asks for the second: the
 * waiter, woken, cannot get its mutex back. */
#include "case.h"

MUTEX(A);
MUTEX(B);
static pthread_cond_t ready = PTHREAD_COND_INITIALIZER;
static int is_ready, waits;

THREAD(waiter)
{
	take(A);
	take(B);
	waits = 1;
	while (!is_ready)
		pthread_cond_wait(&ready, &B);
	give(B);
	give(A);
	return NULL;
}

THREAD(signaller)
{
	for (;;) {
		take(B);
		if (waits)
			break;
		give(B);
		usleep(1000);
	}
	is_ready = 1;
	pthread_cond_signal(&ready);
	take(A);
	return NULL;
}

int main(void)
{
	pthread_t one, two;

	alarm(20);
	pthread_create(&one, NULL, waiter, NULL);
	pthread_create(&two, NULL, signaller, NULL);
	pthread_join(one, NULL);
	pthread_join(two, NULL);
	return 0;
}
