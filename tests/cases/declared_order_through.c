/* No thread takes both: two take them by way of a third lock, and could wait for each other and for one that keeps to the order. */
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
	return NULL;
}

THREAD(thread2)
{
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
	run(thread2);
	return 0;
}
