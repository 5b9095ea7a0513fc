/* What is not to be looked at: an order, a lock that is held on behind the region, a lock that is left. */
#include <gridlock.h>

#include "case.h"

MUTEX(A);
MUTEX(B);
MUTEX(C);

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
	GRIDLOCK_IGNORE_BEGIN();
	take(C);
	take(B);
	take(A);
	give(A);
	GRIDLOCK_IGNORE_END();
	take(A);
	give(A);
	give(B);
	return NULL;
}

int main(void)
{
	run(thread1);
	run(thread2);
	return 0;
}
