/* A thread takes A and B in one order and creates another; that takes them in the other order, first in a signal handler that comes before anything else
 * of it has run: it is created after what its creator did, whatever it does first. */
#include <signal.h>

#include "case.h"

MUTEX(A);
MUTEX(B);

static void handler(int number)
{
	(void)number;
	take(B);
	take(A);
	give(A);
	give(B);
}

THREAD(thread2)
{
	handler(0);
	return NULL;
}

int main(void)
{
	struct sigaction action = {.sa_handler = handler};
	pthread_attr_t attributes;
	sigset_t all, none;
	pthread_t thread;

	take(A);
	take(B);
	give(B);
	give(A);
	sigfillset(&all);
	sigemptyset(&none);
	sigaction(SIGUSR1, &action, NULL);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	kill(getpid(), SIGUSR1);
	pthread_attr_init(&attributes);
	pthread_attr_setsigmask_np(&attributes, &none);
	pthread_create(&thread, &attributes, thread2, NULL);
	pthread_join(thread, NULL);
	return 0;
}
