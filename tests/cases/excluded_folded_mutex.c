/*
 * Each thread takes the other's lock twice while it holds its own. At the second time of both, each has taken and released the other's since it took its
 * own: they cannot come so far at once. That pair is no finding of its own beside the other three, which can happen.
 */
/* options: witness */
#include "case.h"

MUTEX(A);
MUTEX(B);

static void visit(pthread_mutex_t *lock)
{
	pthread_mutex_lock(lock);
	pthread_mutex_unlock(lock);
}

THREAD(thread1)
{
	take(A);
	visit(&B);
	take(B);
	give(B);
	give(A);
	return NULL;
}

THREAD(thread2)
{
	take(B);
	visit(&A);
	take(A);
	give(A);
	give(B);
	return NULL;
}

int main(void)
{
	run(thread1);
	run(thread2);
	return 0;
}
