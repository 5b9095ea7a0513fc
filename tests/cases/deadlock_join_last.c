/* The joiner comes last: the thread waits for the mutex already. */
#include "case.h"

MUTEX(A);

THREAD(worker)
{
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
	usleep(50000);
	pthread_join(thread, NULL);
	give(A);
	return 0;
}
