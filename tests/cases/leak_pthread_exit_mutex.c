/* A thread ends itself inside the section. */
#include "case.h"

MUTEX(A);

static void give_up(void)
{
	pthread_exit(NULL);
}

THREAD(thread1)
{
	take(A);
	give_up();
	return NULL;
}

int main(void)
{
	run(thread1);
	return 0;
}
