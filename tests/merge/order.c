/* order.c: takes two locks of a library in the order that its argument says: store, flush, or both, one thread after the other. */
#include <pthread.h>
#include <string.h>

void *store(void *argument);
void *flush(void *argument);

#ifdef LIBRARY
static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER, log_lock = PTHREAD_MUTEX_INITIALIZER;

void *store(void *argument)
{
	pthread_mutex_lock(&cache_lock);
	pthread_mutex_lock(&log_lock);
	pthread_mutex_unlock(&log_lock);
	pthread_mutex_unlock(&cache_lock);
	return argument;
}

void *flush(void *argument)
{
	pthread_mutex_lock(&log_lock);
	pthread_mutex_lock(&cache_lock);
	pthread_mutex_unlock(&cache_lock);
	pthread_mutex_unlock(&log_lock);
	return argument;
}
#else
static void run(void *(*routine)(void *))
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, routine, NULL) == 0)
		pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		run(strcmp(argv[i], "store") == 0 ? store : flush);
	return 0;
}
#endif
