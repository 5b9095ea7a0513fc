/* A thread returns with a lock held. */
#include "case.h"

MUTEX(A);

THREAD(thread1)
{
	take(A);
	return NULL;
}

int main(void)
{
	run(thread1);
	return 0;
}
