/* A thread upgrades a read lock to a write lock: it would wait for itself. */
#include "case.h"

RWLOCK(A);

THREAD(thread1)
{
	take_shared(A);
	take(A);
	return NULL;
}

int main(void)
{
	run(thread1);
	return 0;
}
