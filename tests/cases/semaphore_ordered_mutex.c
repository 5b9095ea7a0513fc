/* Both orders, and only a semaphore puts one after the other. */
#include <semaphore.h>

#include "case.h"

MUTEX(A);
MUTEX(B);
static sem_t done;

THREAD(thread1)
{
	take(A);
	take(B);
	give(B);
	give(A);
	sem_post(&done);
	return NULL;
}

THREAD(thread2)
{
	sem_wait(&done);
	take(B);
	take(A);
	give(A);
	give(B);
	return NULL;
}

int main(void)
{
	pthread_t one, two;

	sem_init(&done, 0, 0);
	pthread_create(&two, NULL, thread2, NULL);
	pthread_create(&one, NULL, thread1, NULL);
	pthread_join(one, NULL);
	pthread_join(two, NULL);
	sem_destroy(&done);
	return 0;
}
