/* A thread is cancelled inside the section. */
#include "case.h"

MUTEX(A);

THREAD(thread1)
{
	take(A);
	pthread_cancel(pthread_self());
	pthread_testcancel();
	return NULL;
}

int main(void)
{
	run(thread1);
	return 0;
}
