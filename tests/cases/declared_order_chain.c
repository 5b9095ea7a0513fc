/* A before B, B before C: so A before C. Spin locks, and an rwlock that is read. */
#include <gridlock.h>

#include "case.h"

static pthread_spinlock_t A, B;
RWLOCK(C);

int main(void)
{
	pthread_spin_init(&A, PTHREAD_PROCESS_PRIVATE);
	pthread_spin_init(&B, PTHREAD_PROCESS_PRIVATE);
	GRIDLOCK_ORDER(&A, &B);
	GRIDLOCK_ORDER(&B, &C);
	take_shared(C);
	pthread_spin_lock(&A);
	pthread_spin_unlock(&A);
	give(C);
	return 0;
}
