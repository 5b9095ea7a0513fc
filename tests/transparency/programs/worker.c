/*
 * worker.c: a program for others to look at: threads that lock, wait and allocate; it prints what came of it and ends with 7. Arguments: abort,
 * ends by SIGABRT with a lock held.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREADS 4
#define ROUNDS	200

static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER, inner = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t table = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t done = PTHREAD_COND_INITIALIZER;
static int finished;
static long sum;

static void work_once(int round)
{
	char *block = malloc((size_t)round % 97 * 100 + 1);

	pthread_rwlock_rdlock(&table);
	pthread_mutex_lock(&inner);
	memset(block, round, (size_t)round % 97 * 100 + 1);
	sum += block[0];
	pthread_mutex_unlock(&inner);
	pthread_rwlock_unlock(&table);
	free(block);
}

static void *work(void *unused)
{
	(void)unused;
	for (int i = 0; i < ROUNDS; i++)
		work_once(i % 100);
	pthread_mutex_lock(&outer);
	finished++;
	pthread_cond_signal(&done);
	pthread_mutex_unlock(&outer);
	return NULL;
}

int main(int count, char **arguments)
{
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, work, NULL) != 0)
			return 1;
	pthread_mutex_lock(&outer);
	while (finished < THREADS)
		pthread_cond_wait(&done, &outer);
	if (count > 1 && strcmp(arguments[1], "abort") == 0)
		abort();
	pthread_mutex_unlock(&outer);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	printf("finished %d, sum %ld\n", finished, sum);
	return 7;
}
