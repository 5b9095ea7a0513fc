/* A jump leaves the section, and the thread ends without its unlock. */
#include "case.h"

#include <setjmp.h>

MUTEX(A);
static jmp_buf recovery;

static void fail(void)
{
	take(A);
	longjmp(recovery, 1);
}

THREAD(thread1)
{
	if (setjmp(recovery) == 0)
		fail();
	return NULL;
}

int main(void)
{
	run(thread1);
	return 0;
}
