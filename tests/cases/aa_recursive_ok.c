/* A thread takes a recursive mutex twice: that is what it is for. */
#include "case.h"

RECURSIVE_MUTEX(A);

THREAD(thread1)
{
	take(A);
	take(A);
	give(A);
	give(A);
	return NULL;
}

int main(void)
{
	run(thread1);
	return 0;
}
