/* With on_deadlock=report the program goes on: somebody helps it out, by unlocking what is not his. */
/* options: on-deadlock=report */
#include "case.h"

MUTEX(A);
MUTEX(B);
static int met;

static void meet(void)
{
	__atomic_add_fetch(&met, 1, __ATOMIC_ACQ_REL);
	while (__atomic_load_n(&met, __ATOMIC_ACQUIRE) < 2)
		usleep(100);
}

THREAD(thread1)
{
	take(A);
	meet();
	take(B);
	give(B);
	return NULL;
}

THREAD(thread2)
{
	take(B);
	meet();
	take(A);
	give(A);
	give(B);
	return NULL;
}

int main(void)
{
	pthread_t one, two;

	alarm(20);
	pthread_create(&one, NULL, thread1, NULL);
	pthread_create(&two, NULL, thread2, NULL);
	usleep(2500000);
	give(A);
	pthread_join(one, NULL);
	pthread_join(two, NULL);
	return 0;
}
