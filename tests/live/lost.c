/* The signal comes before the wait for it, and its sender is gone: both threads wait for ever, and no lock is in it. */
#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ready = PTHREAD_COND_INITIALIZER;
static volatile int done;

static void *producer(void *unused)
{
	pthread_mutex_lock(&lock);
	pthread_cond_signal(&ready);
	pthread_mutex_unlock(&lock);
	return unused;
}

static void *consumer(void *unused)
{
	pthread_mutex_lock(&lock);
	while (!done)
		pthread_cond_wait(&ready, &lock);
	pthread_mutex_unlock(&lock);
	return unused;
}

int main(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, producer, NULL);
	pthread_join(thread, NULL);
	pthread_create(&thread, NULL, consumer, NULL);
	pthread_join(thread, NULL);
	return 0;
}
