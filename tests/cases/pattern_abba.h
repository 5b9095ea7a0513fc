/* abba: two threads take two locks in opposite orders. The case says what LOCK is, and how it is taken: TAKE. */
#include "case.h"

LOCK(A);
LOCK(B);

THREAD(thread1)
{
	TAKE(A);
	TAKE(B);
	give(B);
	give(A);
	return NULL;
}

THREAD(thread2)
{
	TAKE(B);
	TAKE(A);
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
