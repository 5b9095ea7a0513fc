/* A semaphore is posted before either thread takes its locks: it orders nothing. */
#include <semaphore.h>

#include "case.h"

MUTEX(A);
MUTEX(B);
static sem_t started;

THREAD(thread1)
{
	sem_post(&started);
	take(A);
	take(B);
	give(B);
	give(A);
	return NULL;
}

THREAD(thread2)
{
	sem_wait(&started);
	take(B);
	take(A);
	give(A);
	give(B);
	return NULL;
}

int main(void)
{
	sem_init(&started, 0, 0);
	run(thread1);
	run(thread2);
	return 0;
}
