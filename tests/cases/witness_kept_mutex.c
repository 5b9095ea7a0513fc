/* Opposite orders, kept apart by a flag under another mutex: a witness has to leave out the section in which the flag was set. */
/* options: witness */
#include "case.h"

MUTEX(A);
MUTEX(B);
MUTEX(guard);
static int done;

THREAD(thread1)
{
	take(A);
	take(B);
	give(B);
	give(A);
	take(guard);
	done = 1;
	give(guard);
	return NULL;
}

THREAD(thread2)
{
	int seen;

	take(guard);
	seen = done;
	give(guard);
	if (!seen)
		return NULL;
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
