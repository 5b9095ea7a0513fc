/* A thread takes a mutex twice: the second call would block for ever. */
#include "case.h"

MUTEX(A);

THREAD(thread1)
{
	take(A);
	take(A);
	return NULL;
}

int main(void)
{
	run(thread1);
	return 0;
}
