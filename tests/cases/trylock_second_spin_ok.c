/* Against the order only by a try, which does not wait. */
#include "case.h"

static pthread_spinlock_t A, B;

THREAD(thread1)
{
	pthread_spin_lock(&A);
	pthread_spin_lock(&B);
	pthread_spin_unlock(&B);
	pthread_spin_unlock(&A);
	return NULL;
}

THREAD(thread2)
{
	pthread_spin_lock(&B);
	if (pthread_spin_trylock(&A) == 0)
		pthread_spin_unlock(&A);
	pthread_spin_unlock(&B);
	return NULL;
}

int main(void)
{
	pthread_spin_init(&A, PTHREAD_PROCESS_PRIVATE);
	pthread_spin_init(&B, PTHREAD_PROCESS_PRIVATE);
	run(thread1);
	run(thread2);
	return 0;
}
