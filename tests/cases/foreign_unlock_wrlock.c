/* main takes a rwlock, to write, and another thread unlocks it. */
#include "case.h"

RWLOCK(A);

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
