/*
 * Opposite orders, which could meet, but not by sections that come in the order in which they came: thread2 takes A before its part, and in the
 * trace it did so after thread1's part. The level stays.
 */
/* options: witness */
#include "case.h"

MUTEX(A);
MUTEX(B);

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
	take(A);
	give(A);
	take(B);
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
