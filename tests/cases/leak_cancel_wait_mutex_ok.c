/* A thread is cancelled in a condition wait; libc has given it the mutex back when its handler unlocks. */
#include "case.h"

MUTEX(A);
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static void give_back(void *lock)
{
	pthread_mutex_unlock(lock);
}

THREAD(thread1)
{
	take(A);
	pthread_cleanup_push(give_back, &A);
	pthread_cancel(pthread_self());
	pthread_cond_wait(&changed, &A);
	pthread_cleanup_pop(1);
	return NULL;
}

int main(void)
{
	run(thread1);
	return 0;
}
