/* A stream that is locked by hand, and a mutex. */
#include "pattern_deadlock.h"

MUTEX(A);
static FILE *_Atomic stream;

THREAD(thread1)
{
	FILE *file = fopen("/dev/null", "w");

	flockfile(file);
	stream = file;
	meet();
	take(A);
	return NULL;
}

THREAD(thread2)
{
	while (!stream)
		usleep(100);
	take(A);
	meet();
	flockfile(stream);
	return NULL;
}
