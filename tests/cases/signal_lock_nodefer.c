/* A handler that its own signal can interrupt (SA_NODEFER). */
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
	struct sigaction action = {.sa_handler = handle, .sa_flags = SA_NODEFER};

	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
	return 0;
}
