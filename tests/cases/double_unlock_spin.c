/* A spin lock is released twice. */
#include "case.h"

static pthread_spinlock_t A;

int main(void)
{
	pthread_spin_init(&A, PTHREAD_PROCESS_PRIVATE);
	pthread_spin_lock(&A);
	pthread_spin_unlock(&A);
	pthread_spin_unlock(&A);
	pthread_spin_destroy(&A);
	return 0;
}
