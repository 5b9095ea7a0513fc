/* Locks that the source names: one by itself, two by their class, one by both. */
#include <gridlock.h>

#include "case.h"

static pthread_mutex_t locks[4] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
				   PTHREAD_MUTEX_INITIALIZER};

THREAD(thread1)
{
	take(locks[0]);
	take(locks[1]);
	give(locks[1]);
	give(locks[0]);
	take(locks[2]);
	take(locks[3]);
	give(locks[3]);
	give(locks[2]);
	return NULL;
}

THREAD(thread2)
{
	take(locks[1]);
	take(locks[0]);
	give(locks[0]);
	give(locks[1]);
	take(locks[3]);
	take(locks[2]);
	give(locks[2]);
	give(locks[3]);
	return NULL;
}

int main(void)
{
	GRIDLOCK_NAME(&locks[0], "the first");
	GRIDLOCK_CLASS(&locks[1], "connection");
	GRIDLOCK_CLASS(&locks[2], "connection");
	GRIDLOCK_SUBCLASS(&locks[2], 1);
	GRIDLOCK_CLASS(&locks[3], "connection");
	GRIDLOCK_NAME(&locks[3], "the \"last\"");
	run(thread1);
	run(thread2);
	return 0;
}
