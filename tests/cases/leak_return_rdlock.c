/* A thread returns with a read lock held: the next writer waits for ever. */
#include "case.h"

RWLOCK(A);

THREAD(thread1)
{
	take_shared(A);
	return NULL;
}

int main(void)
{
	run(thread1);
	return 0;
}
