/* An rwlock is locked after it was destroyed; libc does not mind. */
#include "case.h"

RWLOCK(A);

int main(void)
{
	take_shared(A);
	give(A);
	pthread_rwlock_destroy(&A);
	take(A);
	give(A);
	return 0;
}
