/* window.c: two threads, two mutexes in opposite orders, for a microsecond each time, and most of the time apart. */
#include <pthread.h>
#include <unistd.h>

static pthread_mutex_t left = PTHREAD_MUTEX_INITIALIZER, right = PTHREAD_MUTEX_INITIALIZER;

static void both(pthread_mutex_t *first, pthread_mutex_t *second)
{
	pthread_mutex_lock(first);
	pthread_mutex_lock(second);
	pthread_mutex_unlock(second);
	pthread_mutex_unlock(first);
}

static void *forwards(void *unused)
{
	for (int i = 0; i < 100; i++) {
		both(&left, &right);
		usleep(1000);
	}
	return unused;
}

static void *backwards(void *unused)
{
	usleep(500);
	for (int i = 0; i < 100; i++) {
		both(&right, &left);
		usleep(1000);
	}
	return unused;
}

int main(void)
{
	pthread_t threads[2];

	pthread_create(&threads[0], NULL, forwards, NULL);
	pthread_create(&threads[1], NULL, backwards, NULL);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
