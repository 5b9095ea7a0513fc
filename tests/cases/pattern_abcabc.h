/* abcabc: three threads, three locks, one ring, closed by the thread in its middle. The case says what LOCK is, and how it is taken: TAKE. */
#include "case.h"

LOCK(A);
LOCK(B);
LOCK(C);

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
	TAKE(C);
	TAKE(A);
	give(A);
	give(C);
	return NULL;
}

THREAD(thread3)
{
	TAKE(B);
	TAKE(C);
	give(C);
	give(B);
	return NULL;
}

int main(void)
{
	run(thread1);
	run(thread2);
	run(thread3);
	return 0;
}
