/* By way of a third lock, but by one thread alone: it never stands at two places at once. */
#include <gridlock.h>

#include "case.h"

MUTEX(A);
MUTEX(B);
MUTEX(C);

THREAD(thread1)
{
	take(B);
	take(C);
	give(C);
	give(B);
	take(C);
	take(A);
	give(A);
	give(C);
	return NULL;
}

int main(void)
{
	GRIDLOCK_ORDER(&A, &B);
	run(thread1);
	return 0;
}
