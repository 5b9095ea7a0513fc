/* main takes two mutexes, another thread unlocks the outer one, and so does main: it is not locked any more. */
#include "case.h"

MUTEX(A);
MUTEX(B);

THREAD(thread1)
{
	give(A);
	return NULL;
}

int main(void)
{
	take(A);
	take(B);
	run(thread1);
	give(A);
	give(B);
	return 0;
}
