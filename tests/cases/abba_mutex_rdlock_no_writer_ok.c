/* Read against read of a kind of rwlock that makes a reader wait behind a waiting writer; but nobody writes, save one who has done so before the others
 * are created. */
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

int main(void)
{
	take(B);
	give(B);
	run(thread1);
	run(thread2);
	return 0;
}
