/* A reader asks for a mutex whose owner asks to write what it reads; other readers come and go. */
#include "pattern_deadlock.h"

MUTEX(A);
RWLOCK(R);

THREAD(thread1)
{
	take_shared(R);
	meet();
	take(A);
	return NULL;
}

THREAD(thread2)
{
	take_shared(R);
	give(R);
	take(A);
	meet();
	take(R);
	return NULL;
}
