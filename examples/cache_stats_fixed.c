/*
 * cache_stats_fixed: the corrected twin of cache_stats.c: the statistics ask the cache before they take their own lock.
 *
 *   gridlock build/examples/cache_stats_fixed
 *
 * gridlock is silent but for its summary.
 */
#include <pthread.h>
#include <stdio.h>

#define ROUNDS 100000

/* ---- cache.c ---- */

static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;
static int entries[64], used;

static void stats_count(int misses);

static void cache_fill(int key)
{
	pthread_mutex_lock(&cache_lock);
	if (entries[key % 64] != key) {
		entries[key % 64] = key;
		used = key < 64 ? key : 64;
		stats_count(1);
	}
	pthread_mutex_unlock(&cache_lock);
}

static int cache_used(void)
{
	int result;

	pthread_mutex_lock(&cache_lock);
	result = used;
	pthread_mutex_unlock(&cache_lock);
	return result;
}

/* ---- stats.c ---- */

static pthread_mutex_t stats_lock = PTHREAD_MUTEX_INITIALIZER;
static long misses_so_far, most_used;

static void stats_count(int misses)
{
	pthread_mutex_lock(&stats_lock);
	misses_so_far += misses;
	pthread_mutex_unlock(&stats_lock);
}

static void stats_sample(void)
{
	int now = cache_used();

	pthread_mutex_lock(&stats_lock);
	most_used = now > most_used ? now : most_used;
	pthread_mutex_unlock(&stats_lock);
}

/* ---- main.c ---- */

static void *requests(void *unused)
{
	for (int i = 1; i <= ROUNDS; i++)
		cache_fill(i);
	return unused;
}

static void *monitor(void *unused)
{
	for (int i = 0; i < ROUNDS; i++)
		stats_sample();
	return unused;
}

int main(void)
{
	pthread_t threads[2];

	pthread_create(&threads[0], NULL, requests, NULL);
	pthread_create(&threads[1], NULL, monitor, NULL);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	printf("%ld misses, at most %ld entries used\n", misses_so_far, most_used);
	return 0;
}
