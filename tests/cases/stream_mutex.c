/* A stream locked by hand and a mutex, in both orders. */
#include "case.h"

MUTEX(A);
static FILE *stream;

THREAD(thread1)
{
	flockfile(stream);
	take(A);
	give(A);
	funlockfile(stream);
	return NULL;
}

THREAD(thread2)
{
	take(A);
	flockfile(stream);
	flockfile(stream);
	funlockfile(stream);
	funlockfile(stream);
	give(A);
	return NULL;
}

int main(void)
{
	stream = fopen("/dev/null", "w");
	run(thread1);
	run(thread2);
	fclose(stream);
	return 0;
}
