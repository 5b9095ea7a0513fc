/* As once_mutex, but the second thread has come past the once before it takes the mutex, and the third one's creator had: they never wait. */
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
	pthread_once(&once, prepare);
	take(A);
	pthread_once(&once, prepare);
	give(A);
	return NULL;
}

THREAD(thread3)
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
	pthread_once(&once, prepare);
	run(thread3);
	return 0;
}
