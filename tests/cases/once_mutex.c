/* A once whose routine takes a mutex, and a thread that comes to the once for the first time with that mutex held: it waits for the routine,
 * and the routine for it. */
#include "case.h"

MUTEX(A);
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void prepare(void)
{
	take(A);
	give(A);
}

THREAD(thread1)
{
	pthread_once(&once, prepare);
	return NULL;
}

THREAD(thread2)
{
	take(A);
	pthread_once(&once, prepare);
	give(A);
	return NULL;
}

int main(void)
{
	run(thread1);
	run(thread2);
	return 0;
}
