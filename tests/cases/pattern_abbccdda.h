/* abbccdda: four threads, four locks, one ring. The case says what LOCK is, and how it is taken: TAKE. */
#include "case.h"

LOCK(A);
LOCK(B);
LOCK(C);
LOCK(D);

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
	TAKE(C);
	give(C);
	give(B);
	return NULL;
}

THREAD(thread3)
{
	TAKE(C);
	TAKE(D);
	give(D);
	give(C);
	return NULL;
}

THREAD(thread4)
{
	TAKE(D);
	TAKE(A);
	give(A);
	give(D);
	return NULL;
}

int main(void)
{
	run(thread1);
	run(thread2);
	run(thread3);
	run(thread4);
	return 0;
}
