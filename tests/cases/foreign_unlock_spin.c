/* A thread releases the spin lock of another one. */
#include "case.h"

static pthread_spinlock_t A;

THREAD(thread1)
{
	pthread_spin_unlock(&A);
	return NULL;
}

int main(void)
{
	pthread_spin_init(&A, PTHREAD_PROCESS_PRIVATE);
	pthread_spin_lock(&A);
	run(thread1);
	return 0;
}
