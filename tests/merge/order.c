/* order.c: takes two locks of a library in the order that each of its arguments says, by a thread each, one after the other: store, flush; both under
 * a gate; or the second lock by a try. */
#include <pthread.h>
#include <stddef.h>
#include <string.h>

void *store(void *argument);
void *flush(void *argument);
void *store_gated(void *argument);
void *flush_gated(void *argument);
void *flush_try(void *argument);

#ifdef LIBRARY
static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER, log_lock = PTHREAD_MUTEX_INITIALIZER, gate_lock = PTHREAD_MUTEX_INITIALIZER;

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

void *store_gated(void *argument)
{
	pthread_mutex_lock(&gate_lock);
	store(argument);
	pthread_mutex_unlock(&gate_lock);
	return argument;
}

void *flush_gated(void *argument)
{
	pthread_mutex_lock(&gate_lock);
	flush(argument);
	pthread_mutex_unlock(&gate_lock);
	return argument;
}

void *flush_try(void *argument)
{
	pthread_mutex_lock(&log_lock);
	if (pthread_mutex_trylock(&cache_lock) == 0)
		pthread_mutex_unlock(&cache_lock);
	pthread_mutex_unlock(&log_lock);
	return argument;
}
#else
static const struct {
	const char *word;
	void *(*routine)(void *);
} routines[] = {{"store", store}, {"flush", flush}, {"store_gated", store_gated}, {"flush_gated", flush_gated}, {"flush_try", flush_try}};

static void run(const char *word)
{
	pthread_t thread;

	for (size_t i = 0; i < sizeof(routines) / sizeof(routines[0]); i++)
		if (strcmp(word, routines[i].word) == 0 && pthread_create(&thread, NULL, routines[i].routine, NULL) == 0)
			pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		run(argv[i]);
	return 0;
}
#endif
