/* Three threads in a ring, and a fourth, main, that waits for the first. */
#define THREADS 3
#include "pattern_deadlock.h"

MUTEX(A);
MUTEX(B);
MUTEX(C);

THREAD(thread1)
{
	take(A);
	meet();
	take(B);
	return NULL;
}

THREAD(thread2)
{
	take(B);
	meet();
	take(C);
	return NULL;
}

THREAD(thread3)
{
	take(C);
	meet();
	take(A);
	return NULL;
}
