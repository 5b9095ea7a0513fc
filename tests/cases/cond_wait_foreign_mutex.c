/* A condition is waited on with a mutex that another thread holds. */
#include "case.h"

MUTEX(A);
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

THREAD(thread1)
{
	struct timespec past = {0, 0};

	pthread_cond_timedwait(&changed, &A, &past);
	return NULL;
}

int main(void)
{
	take(A);
	run(thread1);
	_exit(0);
}
