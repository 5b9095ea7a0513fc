/* A thread takes a read lock twice: readers do not exclude each other. */
#include "case.h"

RWLOCK(A);

THREAD(thread1)
{
	take_shared(A);
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
