/* main takes a mutex and another thread unlocks it. */
#include "case.h"

MUTEX(A);

THREAD(thread1)
{
	give(A);
	return NULL;
}

int main(void)
{
	take(A);
	run(thread1);
	return 0;
}
