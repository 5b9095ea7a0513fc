/* A stream that is locked by hand, and a mutex. */
#include "pattern_deadlock.h"

MUTEX(A);

THREAD(thread1)
{
	flockfile(stderr);
	meet();
	take(A);
	return NULL;
}

THREAD(thread2)
{
	take(A);
	meet();
	flockfile(stderr);
	return NULL;
}
