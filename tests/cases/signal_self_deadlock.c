/* The signal comes while the program holds the lock that the handler asks for. */
#include <signal.h>

#include "case.h"

MUTEX(A);

static void handle(int number)
{
	(void)number;
	take(A);
	give(A);
}

int main(void)
{
	struct sigaction action = {.sa_handler = handle};

	alarm(20);
	sigaction(SIGUSR1, &action, NULL);
	take(A);
	raise(SIGUSR1);
	give(A);
	return 0;
}
