/* Opposite orders, but the first thread is joined before the second is created. */
#include "case.h"

MUTEX(A);
MUTEX(B);

static pthread_t start(void *(*script)(void *))
{
	pthread_t thread;
	pthread_create(&thread, NULL, script, NULL);
	return thread;
}

THREAD(thread1)
{
	take(A);
	take(B);
	give(B);
	give(A);
	return NULL;
}

THREAD(thread2)
{
	take(B);
	take(A);
	give(A);
	give(B);
	return NULL;
}

int main(void)
{
	pthread_join(start(thread1), NULL);
	pthread_join(start(thread2), NULL);
	return 0;
}
