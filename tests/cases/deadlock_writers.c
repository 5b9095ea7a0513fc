/* Two threads write-lock two rwlocks in different orders, and meet. */
#include "pattern_deadlock.h"

RWLOCK(R);
RWLOCK(S);

THREAD(thread1)
{
	take(R);
	meet();
	take(S);
	return NULL;
}

THREAD(thread2)
{
	take(S);
	meet();
	take(R);
	return NULL;
}
