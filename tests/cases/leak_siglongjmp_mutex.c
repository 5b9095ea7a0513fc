/* A jump out of a signal handler leaves the section, and the thread ends without its unlock. */
#include "case.h"

#include <setjmp.h>
#include <signal.h>

MUTEX(A);
static sigjmp_buf recovery;

static void on_signal(int number)
{
	siglongjmp(recovery, number);
}

static void fail(void)
{
	take(A);
	raise(SIGUSR1);
}

THREAD(thread1)
{
	if (sigsetjmp(recovery, 1) == 0)
		fail();
	return NULL;
}

int main(void)
{
	signal(SIGUSR1, on_signal);
	run(thread1);
	return 0;
}
