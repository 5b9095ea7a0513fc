/* Opposite orders, but main is done before it creates the thread. */
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
	take(B);
	take(A);
	give(A);
	give(B);
	return NULL;
}

int main(void)
{
	take(A);
	take(B);
	give(B);
	give(A);
	pthread_join(start(thread1), NULL);
	return 0;
}
