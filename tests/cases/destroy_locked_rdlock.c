/* A rwlock is destroyed while it is held. */
#include "case.h"

RWLOCK(A);

int main(void)
{
	take_shared(A);
	pthread_rwlock_destroy(&A);
	return 0;
}
