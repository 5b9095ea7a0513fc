/* Two threads wait on one condition at once, each with a mutex of its own. */
#include <time.h>

#include "case.h"

MUTEX(A);
MUTEX(B);
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int done;

THREAD(thread1)
{
	take(A);
	while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE))
		pthread_cond_wait(&changed, &A);
	give(A);
	return NULL;
}

int main(void)
{
	struct timespec past = {0, 0};
	pthread_t thread;

	pthread_create(&thread, NULL, thread1, NULL);
	usleep(100000);
	take(B);
	pthread_cond_timedwait(&changed, &B, &past);
	give(B);
	take(A);
	__atomic_store_n(&done, 1, __ATOMIC_RELEASE);
	pthread_cond_broadcast(&changed);
	give(A);
	pthread_join(thread, NULL);
	return 0;
}
