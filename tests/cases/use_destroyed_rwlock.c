/* An rwlock is locked after it was destroyed; libc does not mind. Without a stamp nobody can tell it from one that
 * PTHREAD_RWLOCK_INITIALIZER has made anew: stamp only. */
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
