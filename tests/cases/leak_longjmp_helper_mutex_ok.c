/* A jump out of a call that holds nothing of its own; the lock that its caller's helper took is given back after it. */
#include "case.h"

#include <setjmp.h>

MUTEX(A);
static jmp_buf recovery;

static void enter(void)
{
	take(A);
}

static void fail(void)
{
	longjmp(recovery, 1);
}

THREAD(thread1)
{
	if (setjmp(recovery) == 0) {
		enter();
		fail();
	}
	give(A);
	return NULL;
}

int main(void)
{
	run(thread1);
	return 0;
}
