/* The routine of a once asks for a mutex whose owner waits for the routine. */
#include "pattern_deadlock.h"

MUTEX(A);
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void prepare(void)
{
	meet();
	take(A);
}

THREAD(thread1)
{
	pthread_once(&once, prepare);
	return NULL;
}

THREAD(thread2)
{
	take(A);
	meet();
	pthread_once(&once, prepare);
	return NULL;
}
