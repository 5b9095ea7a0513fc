/* A thread takes the spin lock that it holds: it spins for ever. */
#include "case.h"

static pthread_spinlock_t A;

int main(void)
{
	pthread_spin_init(&A, PTHREAD_PROCESS_PRIVATE);
	pthread_spin_lock(&A);
	pthread_spin_lock(&A);
	return 0;
}
