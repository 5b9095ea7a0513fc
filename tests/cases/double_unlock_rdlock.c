/* A rwlock, taken to read, is unlocked twice. */
#include "case.h"

RWLOCK(A);

THREAD(thread1)
{
	take_shared(A);
	give(A);
	give(A);
	return NULL;
}

int main(void)
{
	run(thread1);
	return 0;
}
