/* Two threads wait for each other at locks of the program's own: seen while it happens. */
#include "custom.h"

CUSTOM(A);
CUSTOM(B);
static pthread_barrier_t both;

THREAD(thread1)
{
	custom_lock(A);
	pthread_barrier_wait(&both);
	custom_lock(B);
	return NULL;
}

THREAD(thread2)
{
	custom_lock(B);
	pthread_barrier_wait(&both);
	custom_lock(A);
	return NULL;
}

int main(void)
{
	pthread_t threads[2];

	pthread_barrier_init(&both, NULL, 2);
	pthread_create(&threads[0], NULL, thread1, NULL);
	pthread_create(&threads[1], NULL, thread2, NULL);
	pthread_join(threads[0], NULL);
	return 0;
}
