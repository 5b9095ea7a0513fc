/* 10,000 threads, one after the other; only the first one and the last one make a ring. */
#include "case.h"

MUTEX(A);
MUTEX(B);

THREAD(first)
{
	take(A);
	take(B);
	give(B);
	give(A);
	return NULL;
}

THREAD(other)
{
	take(A);
	give(A);
	return NULL;
}

THREAD(last)
{
	take(B);
	take(A);
	give(A);
	give(B);
	return NULL;
}

int main(void)
{
	run(first);
	for (int i = 2; i < 10000; i++) {
		pthread_t thread;
		pthread_create(&thread, NULL, other, NULL);
		pthread_join(thread, NULL);
	}
	run(last);
	return 0;
}
