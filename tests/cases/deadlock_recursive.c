/* The same with recursive mutexes, which a thread has taken twice. */
#include "pattern_deadlock.h"

RECURSIVE_MUTEX(A);
RECURSIVE_MUTEX(B);

THREAD(thread1)
{
	take(A);
	take(A);
	meet();
	take(B);
	return NULL;
}

THREAD(thread2)
{
	take(B);
	take(B);
	meet();
	take(A);
	return NULL;
}
