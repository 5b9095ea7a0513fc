/* A thread is cancelled inside the section, and its handler unlocks. */
#include "case.h"

MUTEX(A);

static void give_back(void *lock)
{
	pthread_mutex_unlock(lock);
}

THREAD(thread1)
{
	take(A);
	pthread_cleanup_push(give_back, &A);
	pthread_cancel(pthread_self());
	pthread_testcancel();
	pthread_cleanup_pop(1);
	return NULL;
}

int main(void)
{
	run(thread1);
	return 0;
}
