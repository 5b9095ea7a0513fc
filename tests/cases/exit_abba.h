/* exit_abba: the finding of the cases that are about a process: how it ends, how it was forked. */
#include "case.h"

MUTEX(A);
MUTEX(B);

THREAD(thread1)
{
	take(A);
	take(B);
	give(B);
	give(A);
	return NULL;
}

THREAD(thread2)
{
	take(B);
	take(A);
	give(A);
	give(B);
	return NULL;
}

static void abba(void)
{
	run(thread1);
	run(thread2);
}
