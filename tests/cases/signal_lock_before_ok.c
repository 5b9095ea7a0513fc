/* The program takes the lock before it has a handler, and no more. */
#include <signal.h>

#include "case.h"

MUTEX(log_lock);
static volatile int lines;

static void log_line(void)
{
	take(log_lock);
	lines++;
	give(log_lock);
}

static void handle(int number)
{
	(void)number;
	log_line();
}

int main(void)
{
	struct sigaction action = {.sa_handler = handle};

	{
		log_line();
		sigaction(SIGUSR1, &action, NULL);
	}
	raise(SIGUSR1);
	return 0;
}
