/* The handler only tries, or its lock lets the owner in again, or both read. */
#include <signal.h>

#include "case.h"

MUTEX(A);
RECURSIVE_MUTEX(B);
RWLOCK(R);

static void touch(void)
{
	take(B);
	take_shared(R);
	give(R);
	give(B);
}

static void handle(int number)
{
	(void)number;
	if (pthread_mutex_trylock(&A) == 0)
		give(A);
	touch();
}

int main(void)
{
	struct sigaction action = {.sa_handler = handle};

	sigaction(SIGUSR1, &action, NULL);
	take(A);
	give(A);
	touch();
	raise(SIGUSR1);
	return 0;
}
