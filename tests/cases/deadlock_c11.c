/* A mutex of C11 and one of pthreads. */
#include "pattern_deadlock.h"

#include <threads.h>

MUTEX(A);
static mtx_t m;

__attribute__((constructor)) static void make(void)
{
	mtx_init(&m, mtx_plain);
}

THREAD(thread1)
{
	take(A);
	meet();
	mtx_lock(&m);
	return NULL;
}

THREAD(thread2)
{
	mtx_lock(&m);
	meet();
	take(A);
	return NULL;
}
