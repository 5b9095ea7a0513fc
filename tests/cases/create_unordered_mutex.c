/* The thread is created before main takes the locks, and it is not joined: that it was over in time was luck. */
#include "case.h"

MUTEX(A);
MUTEX(B);

THREAD(thread1)
{
	take(B);
	take(A);
	give(A);
	give(B);
	return NULL;
}

int main(void)
{
	run(thread1);
	take(A);
	take(B);
	give(B);
	give(A);
	return 0;
}
