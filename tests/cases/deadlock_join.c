/* A thread is joined by one that holds the mutex it needs to get to its end. */
#include "case.h"

MUTEX(A);

THREAD(worker)
{
	usleep(50000);
	take(A);
	give(A);
	return NULL;
}

int main(void)
{
	pthread_t thread;

	alarm(20);
	take(A);
	pthread_create(&thread, NULL, worker, NULL);
	pthread_join(thread, NULL);
	give(A);
	return 0;
}
