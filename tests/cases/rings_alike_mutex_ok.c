/* Short-lived mutexes, nested in both orders by one thread, again and again: eight such rings are recorded, and no more. */
#include <pthread.h>

static void nest(pthread_mutex_t *first, pthread_mutex_t *second)
{
	pthread_mutex_lock(first);
	pthread_mutex_lock(second);
	pthread_mutex_unlock(second);
	pthread_mutex_unlock(first);
}

int main(void)
{
	for (int i = 0; i < 10000; i++) {
		pthread_mutex_t a, b;

		pthread_mutex_init(&a, NULL);
		pthread_mutex_init(&b, NULL);
		nest(&a, &b);
		nest(&b, &a);
		pthread_mutex_destroy(&a);
		pthread_mutex_destroy(&b);
	}
	return 0;
}
