/* A pool gives a block out again, with the mutex in it as it was: the same lock to all that can be seen. */
#include <gridlock.h>

#include "case.h"

MUTEX(A);
static struct block {
	pthread_mutex_t lock;
	long data[8];
} block = {.lock = PTHREAD_MUTEX_INITIALIZER};

THREAD(thread1)
{
	take(A);
	take(block.lock);
	give(block.lock);
	give(A);
	return NULL;
}

THREAD(thread2)
{
	take(block.lock);
	take(A);
	give(A);
	give(block.lock);
	return NULL;
}

int main(void)
{
	run(thread1);
	run(thread2);
	return 0;
}
