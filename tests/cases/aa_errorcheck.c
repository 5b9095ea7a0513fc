/* A thread takes an error-checking mutex twice: libc refuses with EDEADLK, and the program goes on. */
#include "case.h"

#include <errno.h>

ERRORCHECK_MUTEX(A);

THREAD(thread1)
{
	take(A);
	if (take(A) != EDEADLK)
		abort();
	give(A);
	return NULL;
}

int main(void)
{
	run(thread1);
	return 0;
}
