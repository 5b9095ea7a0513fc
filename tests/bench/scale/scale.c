/*
 * scale MODE SIZE OPERATIONS: does an operation cost more where there is more of something? Nanoseconds of CPU time for one, once all
 * that there is to be seen has been seen.
 *   locks         a pair of one lock after the other of SIZE, nothing held
 *   under         the same under one more lock: SIZE dependencies go on being used
 *   threads       a pair in each of SIZE threads, each of which has a lock of its own
 *   depth         a pair while SIZE - 1 others are held
 *   stacks        a nested pair from one after the other of SIZE call paths
 *   dependencies  a nested pair, always the same, after SIZE dependencies of other locks
 * new MODE SIZE OPERATIONS: of `under`, `stacks`: what the first time costs, of each.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "paths.h"

#define THREADS_MAX 4096

static pthread_mutex_t *locks, outer = PTHREAD_MUTEX_INITIALIZER, inner = PTHREAD_MUTEX_INITIALIZER;
static size_t size, operations;
static pthread_barrier_t begin;

static double cpu(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void pair(pthread_mutex_t *lock)
{
	pthread_mutex_lock(lock);
	pthread_mutex_unlock(lock);
}

static void nested(pthread_mutex_t *one, pthread_mutex_t *other)
{
	pthread_mutex_lock(one);
	pair(other);
	pthread_mutex_unlock(one);
}

/* ---- the operations: the i-th of them ---- */

static void by_lock(size_t i)
{
	pair(&locks[i % size]);
}

static void under_one(size_t i)
{
	nested(&outer, &locks[i % size]);
}

static void inner_pair(size_t i)
{
	(void)i;
	pair(&inner);
}

static void both(void)
{
	nested(&outer, &inner);
}

static void by_path(size_t i)
{
	path_call((uint32_t)(i % size), both);
}

static void same_nested(size_t i)
{
	(void)i;
	both();
}

/* ---- what is there before ---- */

static void hold(void)
{
	for (size_t i = 0; i + 1 < size; i++)
		pthread_mutex_lock(&locks[i]);
}

/* Locks that are taken in order, two by two: an order graph without rings. */
static void depend(void)
{
	for (size_t i = 0; i < size; i++)
		nested(&locks[i], &locks[i + 1]);
}

static void none(void)
{
}

static const struct {
	const char *name;
	void (*prepare)(void);
	void (*run)(size_t i);
} modes[] = {{"locks", none, by_lock},
	     {"under", none, under_one},
	     {"depth", hold, inner_pair},
	     {"stacks", none, by_path},
	     {"dependencies", depend, same_nested}};

/* All `size` of them once, then `operations`: by one call, for where it is called from is part of every stack. */
static double timed(void (*run)(size_t), bool first)
{
	size_t counts[] = {size, operations};
	double start = 0;

	for (int pass = 0; pass < (first ? 1 : 2); pass++) {
		start = cpu(CLOCK_THREAD_CPUTIME_ID);
		for (size_t i = 0; i < counts[pass]; i++)
			run(i);
	}
	return (cpu(CLOCK_THREAD_CPUTIME_ID) - start) / (double)counts[first ? 0 : 1];
}

/* ---- threads: each adds its own time ---- */

static void *thread(void *lock)
{
	double *result = malloc(sizeof(*result)), start;

	pair(lock);
	pthread_barrier_wait(&begin);
	start = cpu(CLOCK_THREAD_CPUTIME_ID);
	for (size_t i = 0; i < operations / size; i++)
		pair(lock);
	if (result)
		*result = (cpu(CLOCK_THREAD_CPUTIME_ID) - start) / (double)(operations / size);
	return result;
}

static double threads(void)
{
	static pthread_t ids[THREADS_MAX];
	pthread_attr_t small;
	double sum = 0, *result;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 64 << 10);
	pthread_barrier_init(&begin, NULL, (unsigned)size);
	for (size_t t = 0; t < size; t++)
		if (pthread_create(&ids[t], &small, thread, &locks[t]) != 0)
			exit(1);
	for (size_t t = 0; t < size; t++) {
		pthread_join(ids[t], (void **)&result);
		sum += *result;
		free(result);
	}
	return sum / (double)size;
}

static double measure(const char *mode, bool first)
{
	if (strcmp(mode, "threads") == 0 && size <= THREADS_MAX)
		return threads();
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(mode, modes[i].name) != 0)
			continue;
		modes[i].prepare();
		return timed(modes[i].run, first);
	}
	exit(2);
}

int main(int argc, char **argv)
{
	bool first = argc > 1 && strcmp(argv[1], "new") == 0;

	argv += first;
	if (argc != 4 + first)
		return 2;
	size = strtoul(argv[2], NULL, 10);
	operations = strtoul(argv[3], NULL, 10);
	if (operations < size)
		operations = size;
	locks = calloc(size + 1, sizeof(*locks));
	if (size == 0 || !locks)
		return 2;
	for (size_t i = 0; i <= size; i++)
		pthread_mutex_init(&locks[i], NULL);
	printf("%.2f\n", measure(argv[1], first));
	return 0;
}
