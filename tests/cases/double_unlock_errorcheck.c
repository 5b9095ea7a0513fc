/* An error-checking mutex is unlocked twice: libc refuses with EPERM. */
#include "case.h"

ERRORCHECK_MUTEX(A);

THREAD(thread1)
{
	take(A);
	give(A);
	give(A);
	return NULL;
}

int main(void)
{
	run(thread1);
	return 0;
}
