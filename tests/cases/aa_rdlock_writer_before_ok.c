/* A lock read twice by each of two threads; the only one who writes does so before they are created, or under a lock that they hold too. */
#include "case.h"

RWLOCK_WRITER(A);
MUTEX(gate);

THREAD(thread1)
{
	take(gate);
	take_shared(A);
	take_shared(A);
	give(A);
	give(A);
	give(gate);
	return NULL;
}

THREAD(thread2)
{
	take(gate);
	take(A);
	give(A);
	give(gate);
	return NULL;
}

int main(void)
{
	take(A);
	give(A);
	run(thread1);
	run(thread2);
	return 0;
}
