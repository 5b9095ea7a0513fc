/* A jump leaves the section, and the thread asks for the lock again: it would wait for itself, and the jump is the cause. */
#include "case.h"

#include <setjmp.h>

MUTEX(A);
static jmp_buf recovery;

static void fail(void)
{
	take(A);
	longjmp(recovery, 1);
}

static void retry(void)
{
	take(A);
	give(A);
}

THREAD(thread1)
{
	if (setjmp(recovery) == 0)
		fail();
	retry();
	return NULL;
}

int main(void)
{
	run(thread1);
	return 0;
}
