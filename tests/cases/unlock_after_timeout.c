/* A lock that was asked for and not had is unlocked, as if the result did not matter: it is free by then. Nothing says that the thread ever had it. */
#include <pthread.h>
#include <time.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER, other = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t barrier;

static void *holder(void *unused)
{
	pthread_mutex_lock(&lock);
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	pthread_mutex_unlock(&lock);
	return unused;
}

int main(void)
{
	struct timespec past = {.tv_sec = 1};
	pthread_t thread;

	pthread_barrier_init(&barrier, NULL, 2);
	pthread_create(&thread, NULL, holder, NULL);
	pthread_barrier_wait(&barrier);
	/* Its call path is known from the second time on. */
	for (int i = 0; i < 3; i++) {
		pthread_mutex_lock(&other);
		pthread_mutex_unlock(&other);
		pthread_mutex_timedlock(&lock, &past);
	}
	pthread_barrier_wait(&barrier);
	pthread_join(thread, NULL);
	pthread_mutex_unlock(&lock);
	return 0;
}
