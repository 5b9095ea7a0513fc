/* Handlers of pthread_atfork take the lock before the fork, and give it back on both sides: no other thread can hold it then. */
#include "pattern_fork.h"

MUTEX(B);

static void lock_all(void)
{
	take(A);
}

static void unlock_all(void)
{
	give(A);
}

__attribute__((constructor)) static void prepare(void)
{
	pthread_atfork(lock_all, unlock_all, unlock_all);
}

static void child(void)
{
	take(B);
	take(A);
	give(A);
	give(B);
}
