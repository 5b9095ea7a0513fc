/* A mutex and a rwlock in opposite orders; the writer waits for the reader, who waits for the writer's mutex. */
#include "case.h"

MUTEX(A);
RWLOCK(B);

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
	take_shared(B);
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
