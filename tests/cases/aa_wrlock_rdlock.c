/* A thread takes a write lock, then a read lock of the same rwlock: libc refuses with EDEADLK, and the program goes on. */
#include "case.h"

#include <errno.h>

RWLOCK(A);

THREAD(thread1)
{
	take(A);
	if (take_shared(A) != EDEADLK)
		abort();
	give(A);
	return NULL;
}

int main(void)
{
	run(thread1);
	return 0;
}
