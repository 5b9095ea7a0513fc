/*
 * bench MODE COUNT [THREADS [WARM_UP]]: each of THREADS threads runs COUNT operations of a kind; prints nanoseconds per operation. 1: the main thread, alone in
 * the process, where libc's locks do without atomic instructions. 0: one thread, while the main thread sleeps. What the lock costs, nothing
 * else: the critical sections are empty, but for modes `work` and `apart`, where threads get into each other's way. Before the clock starts the threads have
 * run WARM_UP operations, or COUNT each: what is seen for the first time, and what a peer compiles, is not measured (tests/bench/scale does).
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

#define WARM_UP 2048 /* twice as many as there are locks in mode `many` */

__thread int bench_self;
static long count, before; /* of each thread: on the clock, and before it starts */
static void (*operation)(void);
static pthread_barrier_t ready, begin;

__attribute__((noinline)) static void repeat(long times)
{
	for (long i = 0; i < times; i++)
		operation();
}

static volatile int rounds = 2; /* the warm-up, and what is measured */

/* Both from one place, which no compiler makes two of: it is part of every stack, and another stack is another call path for who keeps them. */
static void repeat_twice(void (*between)(void))
{
	for (int round = 0; round < rounds; round++) {
		if (round)
			between();
		repeat(round ? count : before);
	}
}

static void wait_for_others(void)
{
	pthread_barrier_wait(&ready);
	pthread_barrier_wait(&begin);
}

static void *loop(void *number)
{
	bench_self = *(int *)number;
	repeat_twice(wait_for_others);
	return NULL;
}

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ll + time.tv_nsec;
}

/* Nanoseconds from when all of them were warm to when the last one is gone. */
static long long run_threads(int threads)
{
	pthread_t ids[BENCH_THREADS];
	int numbers[BENCH_THREADS];
	long long start;

	pthread_barrier_init(&ready, NULL, (unsigned)threads + 1);
	pthread_barrier_init(&begin, NULL, (unsigned)threads + 1);
	for (int t = 0; t < threads; t++) {
		numbers[t] = t;
		if (pthread_create(&ids[t], NULL, loop, &numbers[t]) != 0)
			exit(1);
	}
	pthread_barrier_wait(&ready);
	start = now(); /* before: who comes last to the barrier may see the clock only when the others are done */
	pthread_barrier_wait(&begin);
	for (int t = 0; t < threads; t++)
		pthread_join(ids[t], NULL);
	return now() - start;
}

static long long started;

static void start_clock(void)
{
	started = now();
}

static long long run_alone(void)
{
	repeat_twice(start_clock);
	return now() - started;
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
	before = (argc > 4 ? atol(argv[4]) : WARM_UP) / (threads ? threads : 1);
	if (before > count)
		before = count;
	single_init();
	if (exits) {
		repeat(count);
		printf("%lld\n", now());
	} else {
		printf("%.2f\n",
		       (double)(threads == 1 ? run_alone() : run_threads(threads ? threads : 1)) / (double)count / (threads ? threads : 1));
	}
	return 0;
}
