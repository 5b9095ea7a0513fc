/* A lock read twice, of a kind that makes a reader wait behind a waiting writer; only a semaphore has the writer come afterwards. */
#include <semaphore.h>

#include "case.h"

RWLOCK_WRITER(A);
static sem_t done;

THREAD(thread1)
{
	take_shared(A);
	take_shared(A);
	give(A);
	give(A);
	sem_post(&done);
	return NULL;
}

THREAD(thread2)
{
	sem_wait(&done);
	take(A);
	give(A);
	return NULL;
}

int main(void)
{
	sem_init(&done, 0, 0);
	run(thread1);
	run(thread2);
	return 0;
}
