/* Spin locks in memory that is freed without a destroy, and used again. */
#include "case.h"

static void use(int first)
{
	pthread_spinlock_t *locks = (pthread_spinlock_t *)malloc(64);

	pthread_spin_init(&locks[0], 0);
	pthread_spin_init(&locks[1], 0);
	pthread_spin_lock(&locks[first]);
	pthread_spin_lock(&locks[!first]);
	pthread_spin_unlock(&locks[!first]);
	pthread_spin_unlock(&locks[first]);
	free((void *)locks);
}

THREAD(thread1)
{
	use(0);
	return NULL;
}

THREAD(thread2)
{
	use(1);
	return NULL;
}

int main(void)
{
	for (int i = 0; i < 10; i++) {
		run(thread1);
		run(thread2);
	}
	return 0;
}
