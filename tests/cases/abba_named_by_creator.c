/* Threads that have their names from their creator, maybe before they have begun. */
#include "case.h"

MUTEX(A);
MUTEX(B);
static _Atomic int named;

THREAD(one)
{
	while (!named)
		usleep(100);
	take(A);
	take(B);
	give(B);
	give(A);
	return NULL;
}

THREAD(other)
{
	while (!named)
		usleep(100);
	take(B);
	take(A);
	give(A);
	give(B);
	return NULL;
}

int main(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, one, NULL);
	pthread_setname_np(thread, "left");
	named = 1;
	pthread_join(thread, NULL);
	named = 0;
	pthread_create(&thread, NULL, other, NULL);
	pthread_setname_np(thread, "right");
	named = 1;
	pthread_join(thread, NULL);
	return 0;
}
