/* A mutex is unlocked twice. */
#include "case.h"

MUTEX(A);

THREAD(thread1)
{
	take(A);
	give(A);
	give(A);
	return NULL;
}

int main(void)
{
	run(thread1);
	return 0;
}
