/* Each thread reads one rwlock and asks to write the other. */
#include "case.h"

RWLOCK(A);
RWLOCK(B);

THREAD(thread1)
{
	take_shared(A);
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
