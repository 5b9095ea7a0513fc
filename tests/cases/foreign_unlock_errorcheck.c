/* main takes an error-checking mutex and another thread unlocks it: libc refuses with EPERM. */
#include "case.h"

ERRORCHECK_MUTEX(A);

THREAD(thread1)
{
	give(A);
	return NULL;
}

int main(void)
{
	take(A);
	run(thread1);
	give(A);
	return 0;
}
