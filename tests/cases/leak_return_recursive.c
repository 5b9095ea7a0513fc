/* A thread returns after it has taken a recursive mutex twice and given it back once. */
#include "case.h"

RECURSIVE_MUTEX(A);

THREAD(thread1)
{
	take(A);
	take(A);
	give(A);
	return NULL;
}

int main(void)
{
	run(thread1);
	return 0;
}
