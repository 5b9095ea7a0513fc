/* A lock read twice by one thread, of a kind that makes a reader wait behind a waiting writer, and another thread is one. */
#include "case.h"

RWLOCK_WRITER(A);

THREAD(thread1)
{
	take_shared(A);
	take_shared(A);
	give(A);
	give(A);
	return NULL;
}

THREAD(thread2)
{
	take(A);
	give(A);
	return NULL;
}

int main(void)
{
	run(thread1);
	run(thread2);
	return 0;
}
