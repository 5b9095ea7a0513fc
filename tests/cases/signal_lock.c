/* A logger that locks, called from a signal handler too: the signal can come while the program is inside of it. */
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

	sigaction(SIGUSR1, &action, NULL);
	log_line();
	raise(SIGUSR1);
	return 0;
}
