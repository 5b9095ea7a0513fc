/* bench MODE COUNT [THREADS]: runs COUNT operations of a kind and prints nanoseconds per operation. What the lock costs, nothing else. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER, deep[16];
static pthread_rwlock_t r = PTHREAD_RWLOCK_INITIALIZER;
static long count;

static void pair(void)
{
	pthread_mutex_lock(&a);
	pthread_mutex_unlock(&a);
}

static void nested(void)
{
	pthread_mutex_lock(&a);
	pthread_mutex_lock(&b);
	pthread_mutex_unlock(&b);
	pthread_mutex_unlock(&a);
}

static void read_pair(void)
{
	pthread_rwlock_rdlock(&r);
	pthread_rwlock_unlock(&r);
}

static void try_pair(void)
{
	if (pthread_mutex_trylock(&a) == 0)
		pthread_mutex_unlock(&a);
}

static void depth16(void)
{
	for (int i = 0; i < 16; i++)
		pthread_mutex_lock(&deep[i]);
	for (int i = 16; i-- > 0;)
		pthread_mutex_unlock(&deep[i]);
}

static const struct {
	const char *name;
	void (*run)(void);
} modes[] = {{"pair", pair}, {"nested", nested}, {"read", read_pair}, {"try", try_pair}, {"depth16", depth16}};

static void *loop(void *argument)
{
	void (*run)(void) = *(void (**)(void))argument;

	for (long i = 0; i < count; i++)
		run();
	return NULL;
}

int main(int argc, char **argv)
{
	int threads = argc > 3 ? atoi(argv[3]) : 1;
	struct timespec start, end;
	pthread_t ids[64];

	count = argc > 2 ? atol(argv[2]) : 1;
	for (int i = 0; i < 16; i++)
		pthread_mutex_init(&deep[i], NULL);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		void *run = (void *)&modes[i].run;

		if (argc < 2 || strcmp(modes[i].name, argv[1]) != 0)
			continue;
		clock_gettime(CLOCK_MONOTONIC, &start);
		for (int t = 0; t < threads && threads > 1; t++)
			pthread_create(&ids[t], NULL, loop, run);
		for (int t = 0; t < threads && threads > 1; t++)
			pthread_join(ids[t], NULL);
		if (threads <= 1)
			loop(run);
		clock_gettime(CLOCK_MONOTONIC, &end);
		printf("%.2f\n",
		       ((double)(end.tv_sec - start.tv_sec) * 1e9 + (double)(end.tv_nsec - start.tv_nsec)) / (double)count / threads);
		return 0;
	}
	return 2;
}
