/* The handler comes first, set by signal(); then another thread takes the lock, and the signal may be delivered to that one. */
#include <signal.h>

#include "case.h"

MUTEX(log_lock);
static volatile int lines;

static void handle(int number)
{
	(void)number;
	take(log_lock);
	lines++;
	give(log_lock);
}

THREAD(worker)
{
	take(log_lock);
	lines++;
	give(log_lock);
	return NULL;
}

int main(void)
{
	signal(SIGHUP, handle);
	raise(SIGHUP);
	run(worker);
	return 0;
}
