/* Wherever the program takes the lock of its handler, the signal is blocked; and a thread that fetches signals with sigwait takes it as any other
 * thread does. */
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

THREAD(waits)
{
	sigset_t set;
	int number;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	sigwait(&set, &number);
	log_line();
	return NULL;
}

int main(void)
{
	struct sigaction action = {.sa_handler = handle};
	sigset_t set, before;
	pthread_t thread;

	sigaction(SIGUSR1, &action, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	pthread_sigmask(SIG_BLOCK, &set, &before);
	log_line();
	pthread_create(&thread, NULL, waits, NULL);
	pthread_kill(thread, SIGUSR2);
	pthread_join(thread, NULL);
	raise(SIGUSR1);
	/* Now it comes. */
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return lines == 3 ? 0 : 1;
}
