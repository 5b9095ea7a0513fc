/* The program logs before it has a handler, and at the same place after it. */
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

	for (int i = 0; i < 2; i++) {
		log_line();
		sigaction(SIGUSR1, &action, NULL);
	}
	raise(SIGUSR1);
	return 0;
}
