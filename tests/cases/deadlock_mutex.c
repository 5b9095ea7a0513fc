/* Two threads take two mutexes in different orders, and meet: a deadlock. */
#include "pattern_deadlock.h"

MUTEX(A);
MUTEX(B);

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
	take(A);
	return NULL;
}
