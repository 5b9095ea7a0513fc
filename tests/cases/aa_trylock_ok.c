/* A thread tries a mutex that it holds: EBUSY, nobody waits. */
#include "case.h"

#include <errno.h>

MUTEX(A);

THREAD(thread1)
{
	take(A);
	if (pthread_mutex_trylock(&A) != EBUSY)
		abort();
	give(A);
	return NULL;
}

int main(void)
{
	run(thread1);
	return 0;
}
