/*
 * cache_stats: two modules that call back into each other, each with its own lock held.
 *
 *   gridlock build/examples/cache_stats
 *
 * The cache counts every miss: it calls stats_count under cache_lock. The statistics show how full the cache is: they call cache_used under stats_lock.
 * Neither file shows a wrong order; together they take the two locks both ways. Without gridlock the program runs for a moment, then hangs
 * for ever (end it with Ctrl-C). gridlock finds the deadlock a second after it has closed, shows who holds and waits for what, and ends the program
 * with exit code 66. Had the two threads missed each other, it would have told of the lock-order-cycle all the same.
 */
#include <pthread.h>
#include <stdio.h>

#define ROUNDS 10000000

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
	int now;

	pthread_mutex_lock(&stats_lock);
	now = cache_used();
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
