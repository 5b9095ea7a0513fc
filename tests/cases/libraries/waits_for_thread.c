/* A library whose constructor starts threads, which lock, unlock and nest for the first time, and waits for their end. */
#include <pthread.h>

int count(void);

static pthread_mutex_t locks[2] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
static int counted;

static void *work(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&locks[0]);
	pthread_mutex_lock(&locks[1]);
	counted++;
	pthread_mutex_unlock(&locks[1]);
	pthread_mutex_unlock(&locks[0]);
	return NULL;
}

__attribute__((constructor)) static void start(void)
{
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, work, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
}

int count(void)
{
	return counted;
}
