/*
 * discover MODE THREADS DEPENDENCIES: THREADS threads come upon that many new dependencies in all, at once; nanoseconds for one, by the clock on
 * the wall, from when all threads were there to when the last one is done.
 *   paths  two locks of its own for each thread, nested at one new call path after the other: every stack is walked
 *   pairs  one new lock after the other under one of its own, at one place
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "paths.h"

#define THREADS_MAX 256

static pthread_mutex_t outer[THREADS_MAX], inner[THREADS_MAX], *locks;
static __thread size_t self;
static size_t threads, each;
static pthread_barrier_t begin;
static void (*discover)(size_t i);

static void nested(pthread_mutex_t *one, pthread_mutex_t *other)
{
	pthread_mutex_lock(one);
	pthread_mutex_lock(other);
	pthread_mutex_unlock(other);
	pthread_mutex_unlock(one);
}

static void both(void)
{
	nested(&outer[self], &inner[self]);
}

static void by_path(size_t i)
{
	path_call((uint32_t)(self * each + i), both);
}

static void by_pair(size_t i)
{
	nested(&outer[self], &locks[self * each + i]);
}

static void *run(void *number)
{
	self = (size_t)(uintptr_t)number;
	pthread_barrier_wait(&begin);
	for (size_t i = 0; i < each; i++)
		discover(i);
	return NULL;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static double run_threads(void)
{
	pthread_t ids[THREADS_MAX];
	double start;

	pthread_barrier_init(&begin, NULL, (unsigned)threads + 1);
	for (size_t t = 0; t < threads; t++)
		if (pthread_create(&ids[t], NULL, run, (void *)(uintptr_t)t) != 0)
			exit(1);
	start = now();
	pthread_barrier_wait(&begin);
	for (size_t t = 0; t < threads; t++)
		pthread_join(ids[t], NULL);
	return (now() - start) / (double)(each * threads);
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	threads = strtoul(argv[2], NULL, 10);
	each = threads ? strtoul(argv[3], NULL, 10) / threads : 0;
	discover = strcmp(argv[1], "paths") == 0 ? by_path : by_pair;
	if (each == 0 || threads > THREADS_MAX || (discover == by_path && each * threads > 1u << PATH_BITS))
		return 2;
	locks = calloc(each * threads, sizeof(*locks));
	for (size_t i = 0; locks && i < each * threads; i++)
		pthread_mutex_init(&locks[i], NULL);
	if (!locks)
		return 1;
	printf("%.2f\n", run_threads());
	return 0;
}
