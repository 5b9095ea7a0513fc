/* Both orders, and only a condition puts one after the other. */
#include "case.h"

MUTEX(A);
MUTEX(B);
MUTEX(guard);
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int waits, done;

THREAD(thread1)
{
	take(A);
	take(B);
	give(B);
	give(A);
	for (int seen = 0; !seen; usleep(100)) {
		take(guard);
		seen = waits;
		give(guard);
	}
	take(guard);
	done = 1;
	pthread_cond_signal(&changed);
	give(guard);
	return NULL;
}

THREAD(thread2)
{
	take(guard);
	waits = 1;
	while (!done)
		pthread_cond_wait(&changed, &guard);
	give(guard);
	take(B);
	take(A);
	give(A);
	give(B);
	return NULL;
}

int main(void)
{
	pthread_t one, two;

	pthread_create(&two, NULL, thread2, NULL);
	pthread_create(&one, NULL, thread1, NULL);
	pthread_join(one, NULL);
	pthread_join(two, NULL);
	return 0;
}
