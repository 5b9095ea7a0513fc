/* A thread holds 300 locks at once: the last two are in a ring all the same. */
#include "case.h"

enum { OTHERS = 298 };

MUTEX(A);
MUTEX(Z);
static pthread_mutex_t others[OTHERS];

THREAD(thread1)
{
	for (int i = 0; i < OTHERS; i++)
		take(others[i]);
	take(A);
	take(Z);
	give(Z);
	give(A);
	for (int i = OTHERS - 1; i >= 0; i--)
		give(others[i]);
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
