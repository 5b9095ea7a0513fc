/* Locks are destroyed and initialised again, by a call and by an initialiser. */
#include "case.h"

MUTEX(A);
RWLOCK(B);
static pthread_spinlock_t C;

int main(void)
{
	for (int i = 0; i < 3; i++) {
		take(A);
		give(A);
		pthread_mutex_destroy(&A);
		if (i % 2)
			pthread_mutex_init(&A, NULL);
		else
			A = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
		take(B);
		give(B);
		pthread_rwlock_destroy(&B);
		if (i % 2)
			pthread_rwlock_init(&B, NULL);
		else
			B = (pthread_rwlock_t)PTHREAD_RWLOCK_INITIALIZER;
		pthread_spin_init(&C, 0);
		pthread_spin_lock(&C);
		pthread_spin_unlock(&C);
		pthread_spin_destroy(&C);
	}
	return 0;
}
