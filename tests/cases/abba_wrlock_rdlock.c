/* Each thread writes one rwlock and asks to read the other. */
#include "case.h"

RWLOCK(A);
RWLOCK(B);

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
	take(B);
	take_shared(A);
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
