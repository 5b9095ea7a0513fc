/* Opposite orders, one after the other: the witness lets each thread come as far as its second lock. What they did before is in it. */
/* options: witness */
#include "case.h"

MUTEX(A);
MUTEX(B);
MUTEX(C);

THREAD(thread1)
{
	take(C);
	give(C);
	take(A);
	take(B);
	give(B);
	give(A);
	return NULL;
}

THREAD(thread2)
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
	run(thread2);
	return 0;
}
