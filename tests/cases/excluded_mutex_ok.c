/*
 * Opposite orders, but before its part the thread takes A, which main has held since before it created the thread, all through its own part: it gets
 * A when main's part is over.
 */
/* options: witness */
#include "case.h"

MUTEX(A);
MUTEX(B);

THREAD(thread1)
{
	take(A);
	give(A);
	take(B);
	take(A);
	give(A);
	give(B);
	return NULL;
}

int main(void)
{
	pthread_t thread;

	take(A);
	pthread_create(&thread, NULL, thread1, NULL);
	take(B);
	give(B);
	give(A);
	pthread_join(thread, NULL);
	return 0;
}
