/* load.c: see load.h. */
#include "load.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { KEYS = 4096, WRITES_OF_100 = 5 };

/* The buggy variant (-DREDUNDANT_OUTER_LOCK): somebody did not trust the map to lock, and has put one more lock around it. Whatever the
 * map does to let readers go side by side is lost. */
#ifdef REDUNDANT_OUTER_LOCK
static pthread_mutex_t outer_lock = PTHREAD_MUTEX_INITIALIZER;
static void outer_enter(void)
{
	pthread_mutex_lock(&outer_lock);
}
static void outer_leave(void)
{
	pthread_mutex_unlock(&outer_lock);
}
#else
static void outer_enter(void)
{
}
static void outer_leave(void)
{
}
#endif

static int64_t now_nsec(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

/* What two readings of the clock themselves take: the smallest of many. */
static int64_t clock_cost_nsec(void)
{
	int64_t least = INT64_MAX;
	for (int i = 0; i < 1000; i++) {
		int64_t begin = now_nsec(), cost = now_nsec() - begin;
		least = cost < least ? cost : least;
	}
	return least;
}

/* Marsaglia's xorshift64: no lock, unlike random(). */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

struct mixed {
	const struct map_kind *kind;
	struct map *map;
	pthread_barrier_t begin; /* all threads and the one that measures */
	atomic_bool stop;
};
struct worker {
	pthread_t thread;
	struct mixed *mixed;
	uint64_t seed;
	uint64_t reads, writes;
	int64_t read_nsec;
};

static void *work(void *argument)
{
	struct worker *worker = argument;
	struct mixed *mixed = worker->mixed;

	pthread_barrier_wait(&mixed->begin);
	while (!mixed->stop) {
		uint64_t random = next_random(&worker->seed), key = (random >> 32) % KEYS, value = random;
		if (random % 100 < WRITES_OF_100) {
			outer_enter();
			mixed->kind->put(mixed->map, &key, &value);
			outer_leave();
			worker->writes++;
		} else {
			int64_t begin = now_nsec();
			outer_enter();
			mixed->kind->get(mixed->map, &key, &value);
			outer_leave();
			worker->read_nsec += now_nsec() - begin;
			worker->reads++;
		}
	}
	return NULL;
}

static void start(struct worker *worker, struct mixed *mixed, int number)
{
	*worker = (struct worker){.mixed = mixed, .seed = 0x9e3779b97f4a7c15u * (unsigned)(number + 1)};
	if (pthread_create(&worker->thread, NULL, work, worker)) {
		perror("maps: a thread");
		exit(1);
	}
}

static double sleep_for(double seconds)
{
	struct timespec time = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
	int64_t begin = now_nsec();
	nanosleep(&time, NULL);
	return (double)(now_nsec() - begin) / 1e9;
}

struct load_result load_mixed(const struct map_kind *kind, int threads, double seconds)
{
	struct mixed mixed = {.kind = kind, .map = kind->new (8, 8)};
	struct worker *workers = calloc((size_t)threads, sizeof(*workers));
	uint64_t reads = 0, writes = 0;
	int64_t read_nsec = 0, clock_cost = clock_cost_nsec();

	pthread_barrier_init(&mixed.begin, NULL, (unsigned)threads + 1);
	for (uint64_t key = 0; key < KEYS; key++) {
		outer_enter();
		kind->put(mixed.map, &key, &key);
		outer_leave();
	}
	for (int i = 0; i < threads; i++)
		start(&workers[i], &mixed, i);
	pthread_barrier_wait(&mixed.begin);
	seconds = sleep_for(seconds);
	mixed.stop = true;
	for (int i = 0; i < threads; i++) {
		pthread_join(workers[i].thread, NULL);
		reads += workers[i].reads;
		writes += workers[i].writes;
		read_nsec += workers[i].read_nsec;
	}
	pthread_barrier_destroy(&mixed.begin);
	kind->free(mixed.map);
	free(workers);
	return (struct load_result){(double)read_nsec / (double)(reads ? reads : 1) - (double)clock_cost, (double)writes / seconds};
}

struct load_puts load_puts(const struct map_kind *kind, size_t puts)
{
	struct map_memory before = map_memory(), after;
	struct map *map = kind->new (8, 8);
	int64_t begin = now_nsec(), nsec;

	for (uint64_t key = 0; key < puts; key++) {
		outer_enter();
		kind->put(map, &key, &key);
		outer_leave();
	}
	nsec = now_nsec() - begin;
	after = map_memory();
	kind->free(map);
	after.allocations -= before.allocations;
	after.bytes -= before.bytes;
	return (struct load_puts){(double)nsec / (double)puts, after};
}
