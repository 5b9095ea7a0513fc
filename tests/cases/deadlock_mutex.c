/* Two threads take two mutexes in different orders, and meet: a deadlock. Nobody ends it but an alarm. */
#include "case.h"

MUTEX(A);
MUTEX(B);
static int step;

static void meet(void)
{
	__atomic_add_fetch(&step, 1, __ATOMIC_ACQ_REL);
	while (__atomic_load_n(&step, __ATOMIC_ACQUIRE) < 2)
		usleep(100);
}

THREAD(thread1)
{
	take(A);
	meet();
	take(B);
	return NULL;
}

THREAD(thread2)
{
	take(B);
	meet();
	take(A);
	return NULL;
}

int main(void)
{
	pthread_t one, two;

	alarm(1);
	pthread_create(&one, NULL, thread1, NULL);
	pthread_create(&two, NULL, thread2, NULL);
	pthread_join(one, NULL);
	return 0;
}
