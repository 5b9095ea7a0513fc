/*
 * bench MODE COUNT [THREADS]: each of THREADS threads runs COUNT operations of a kind; prints nanoseconds per operation. 1: the main thread, alone in
 * the process, where libc's locks do without atomic instructions. 0: one thread, while the main thread sleeps. What the lock costs, nothing else: the critical sections are empty, but for mode `work`, where threads get into each other's way.
 * The clock starts when all threads are there, for that many of them take longer to make than the operations of a slow peer.
 * Modes `cond` and `queue` want an even number of threads: half of them wait for the others.
 *
 * bench exit COUNT: prints when it is about to end, by CLOCK_MONOTONIC, having locked something; spawn.c is who subtracts.
 */
#include "bench.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

__thread int bench_self;
static long count;
static void (*operation)(void);
static pthread_barrier_t begin;

static void repeat(void)
{
	for (long i = 0; i < count; i++)
		operation();
}

static void *loop(void *number)
{
	bench_self = *(int *)number;
	pthread_barrier_wait(&begin);
	repeat();
	return NULL;
}

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ll + time.tv_nsec;
}

/* Nanoseconds from when all of them were there to when the last one is gone. */
static long long run_threads(int threads)
{
	pthread_t ids[BENCH_THREADS];
	int numbers[BENCH_THREADS];
	long long start;

	pthread_barrier_init(&begin, NULL, (unsigned)threads + 1);
	for (int t = 0; t < threads; t++) {
		numbers[t] = t;
		if (pthread_create(&ids[t], NULL, loop, &numbers[t]) != 0)
			exit(1);
	}
	start = now(); /* before: who comes last to the barrier may see the clock only when the others are done */
	pthread_barrier_wait(&begin);
	for (int t = 0; t < threads; t++)
		pthread_join(ids[t], NULL);
	return now() - start;
}

static long long run_alone(void)
{
	long long start = now();

	repeat();
	return now() - start;
}

static void find(const struct operation *operations, const char *name)
{
	for (; operations->name; operations++)
		if (strcmp(operations->name, name) == 0)
			operation = operations->run;
}

int main(int argc, char **argv)
{
	int threads = argc > 3 ? atoi(argv[3]) : 1;
	bool exits = argc > 2 && strcmp(argv[1], "exit") == 0;

	if (argc > 2) {
		find(single_operations, exits ? "many" : argv[1]);
		find(together_operations, argv[1]);
		find(scoped_operations, argv[1]);
	}
	if (!operation || threads < 0 || threads > BENCH_THREADS)
		return 2;
	count = atol(argv[2]);
	single_init();
	if (exits) {
		repeat();
		printf("%lld\n", now());
	} else {
		printf("%.2f\n",
		       (double)(threads == 1 ? run_alone() : run_threads(threads ? threads : 1)) / (double)count / (threads ? threads : 1));
	}
	return 0;
}
