/* A list, walked hand over hand, always in one direction. */
#include "case.h"

MUTEX(A);
MUTEX(B);
MUTEX(C);

THREAD(thread1)
{
	take(A);
	take(B);
	give(A);
	take(C);
	give(B);
	give(C);
	return NULL;
}

THREAD(thread2)
{
	take(A);
	take(B);
	give(A);
	take(C);
	give(B);
	give(C);
	return NULL;
}

int main(void)
{
	run(thread1);
	run(thread2);
	return 0;
}
