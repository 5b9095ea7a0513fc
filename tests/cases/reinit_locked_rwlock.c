/* An rwlock is initialised again while another thread reads it. */
#include "case.h"

RWLOCK(A);
static int step;

THREAD(thread1)
{
	take_shared(A);
	__atomic_store_n(&step, 1, __ATOMIC_RELEASE);
	while (__atomic_load_n(&step, __ATOMIC_ACQUIRE) < 2)
		usleep(100);
	_exit(0);
}

int main(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, thread1, NULL);
	while (__atomic_load_n(&step, __ATOMIC_ACQUIRE) < 1)
		usleep(100);
	pthread_rwlock_init(&A, NULL);
	__atomic_store_n(&step, 2, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	return 0;
}
