/* Read against read, but this kind of rwlock makes a reader wait behind a waiting writer, and thread3 is one. */
#include "case.h"

MUTEX(A);
RWLOCK_WRITER(B);

THREAD(thread1)
{
	take(A);
	take_shared(B);
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

THREAD(thread3)
{
	take(B);
	give(B);
	return NULL;
}

int main(void)
{
	run(thread1);
	run(thread2);
	run(thread3);
	return 0;
}
