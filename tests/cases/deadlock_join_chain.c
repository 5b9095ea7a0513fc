/* Over two joins: main holds the mutex and joins the first thread, which holds nothing and joins the second, which needs the mutex. */
#include "case.h"

MUTEX(A);
static pthread_t second;

THREAD(thread2)
{
	usleep(100000);
	take(A);
	give(A);
	return NULL;
}

THREAD(thread1)
{
	pthread_join(second, NULL);
	return NULL;
}

int main(void)
{
	pthread_t first;

	alarm(20);
	take(A);
	pthread_create(&second, NULL, thread2, NULL);
	pthread_create(&first, NULL, thread1, NULL);
	pthread_join(first, NULL);
	give(A);
	return 0;
}
