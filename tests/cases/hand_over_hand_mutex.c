/* A list, walked hand over hand from both ends: two neighbours can deadlock at either place. */
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
	take(C);
	take(B);
	give(C);
	take(A);
	give(B);
	give(A);
	return NULL;
}

int main(void)
{
	run(thread1);
	run(thread2);
	return 0;
}
