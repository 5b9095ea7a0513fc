/* The locking call stands in functions that the compiler inlined: the report names them all, with the line of each call. */
#include "case.h"

MUTEX(A);
MUTEX(B);

static inline __attribute__((always_inline)) void inner(pthread_mutex_t *mutex)
{
	pthread_mutex_lock(mutex);
}

static inline __attribute__((always_inline)) void outer(pthread_mutex_t *mutex)
{
	inner(mutex);
}

THREAD(thread1)
{
	outer(&A);
	outer(&B);
	give(B);
	give(A);
	return NULL;
}

THREAD(thread2)
{
	outer(&B);
	outer(&A);
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
