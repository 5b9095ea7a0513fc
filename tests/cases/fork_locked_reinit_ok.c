/* The child makes the lock anew before it takes any, in a handler of pthread_atfork, as allocators do. */
#include "pattern_fork.h"

static void renew(void)
{
	pthread_mutex_init(&A, NULL);
}

__attribute__((constructor)) static void prepare(void)
{
	pthread_atfork(NULL, NULL, renew);
}

static void child(void)
{
	take(A);
	give(A);
}
