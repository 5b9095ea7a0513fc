/* A thread returns with a spin lock. */
#include "case.h"

static pthread_spinlock_t A;

THREAD(thread1)
{
	pthread_spin_lock(&A);
	return NULL;
}

int main(void)
{
	pthread_spin_init(&A, PTHREAD_PROCESS_PRIVATE);
	run(thread1);
	return 0;
}
