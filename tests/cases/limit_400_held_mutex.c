/* A thread holds 400 locks at once, of which some are left out: what another thread does in the opposite order under one more lock may be gated
 * by one of those, what it does under none is not. */
#include "case.h"

enum { OTHERS = 400 };

MUTEX(A);
MUTEX(B);
MUTEX(Y);
MUTEX(Z);
static pthread_mutex_t others[OTHERS];

THREAD(thread1)
{
	for (int i = 0; i < OTHERS; i++)
		take(others[i]);
	take(A);
	take(B);
	give(B);
	give(A);
	take(Y);
	take(Z);
	give(Z);
	give(Y);
	for (int i = OTHERS - 1; i >= 0; i--)
		give(others[i]);
	return NULL;
}

THREAD(thread2)
{
	take(others[OTHERS / 2]);
	take(B);
	take(A);
	give(A);
	give(B);
	give(others[OTHERS / 2]);
	take(Z);
	take(Y);
	give(Y);
	give(Z);
	return NULL;
}

int main(void)
{
	run(thread1);
	run(thread2);
	return 0;
}
