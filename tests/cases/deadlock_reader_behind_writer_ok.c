/* The same where readers pass a waiting writer: the reader gets its lock, and then lets the writer in. */
#include "pattern_deadlock.h"

RWLOCK(R);

THREAD(thread1)
{
	take_shared(R);
	meet();
	usleep(1500000);
	take_shared(R);
	give(R);
	give(R);
	return NULL;
}

THREAD(thread2)
{
	meet();
	take(R);
	give(R);
	return NULL;
}
