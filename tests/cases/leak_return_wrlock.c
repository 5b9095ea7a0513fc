/* A thread returns with a write lock held. */
#include "case.h"

RWLOCK(A);

THREAD(thread1)
{
	take(A);
	return NULL;
}

int main(void)
{
	run(thread1);
	return 0;
}
