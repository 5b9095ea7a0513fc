/* A region that is not looked at, and what the thread does behind it is. */
#include <gridlock.h>

#include "case.h"

MUTEX(A);
MUTEX(B);

static void both(pthread_mutex_t *first, pthread_mutex_t *second)
{
	pthread_mutex_lock(first);
	pthread_mutex_lock(second);
	pthread_mutex_unlock(second);
	pthread_mutex_unlock(first);
}

THREAD(thread1)
{
	both(&A, &B);
	return NULL;
}

THREAD(thread2)
{
	GRIDLOCK_IGNORE_BEGIN();
	GRIDLOCK_IGNORE_BEGIN();
	GRIDLOCK_IGNORE_END();
	take(A);
	give(A);
	GRIDLOCK_IGNORE_END();
	GRIDLOCK_IGNORE_END();
	both(&B, &A);
	return NULL;
}

int main(void)
{
	run(thread1);
	run(thread2);
	return 0;
}
