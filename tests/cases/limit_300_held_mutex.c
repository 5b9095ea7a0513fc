/* A thread holds 300 locks at once: the first and the last are in a ring all the same. */
#include "case.h"

enum { BETWEEN = 298 };

MUTEX(A);
MUTEX(Z);
static pthread_mutex_t between[BETWEEN];

THREAD(thread1)
{
	take(A);
	for (int i = 0; i < BETWEEN; i++)
		take(between[i]);
	take(Z);
	give(Z);
	for (int i = BETWEEN - 1; i >= 0; i--)
		give(between[i]);
	give(A);
	return NULL;
}

THREAD(thread2)
{
	take(Z);
	take(A);
	give(A);
	give(Z);
	return NULL;
}

int main(void)
{
	run(thread1);
	run(thread2);
	return 0;
}
