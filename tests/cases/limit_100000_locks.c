/* 100,000 locks alive, each taken under A, and one pair in opposite orders. */
#include "case.h"

enum { COUNT = 100000 };

MUTEX(A);
MUTEX(B);

THREAD(thread1)
{
	pthread_mutex_t *locks = calloc(COUNT, sizeof(*locks));
	take(A);
	for (int i = 0; i < COUNT; i++) {
		take(locks[i]);
		give(locks[i]);
	}
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
	run(thread1);
	run(thread2);
	return 0;
}
