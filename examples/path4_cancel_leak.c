/*
 * path4_cancel_leak: a thread is told to stop while it holds a lock, and nothing unlocks on its way out.
 *
 *   gridlock build/examples/path4_cancel_leak
 *
 * All three threads are gone at the end and their locks stay locked for ever. gridlock reports lock-leaked three times, cause cancel,
 * pthread_exit and return, with the place where each lock was taken: exit code 66.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

static pthread_mutex_t index_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t state_lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_bool inside, cancelled = true;

/* Shape 1: pthread_cancel takes effect in the middle of the section. */
static void *indexer(void *unused)
{
	pthread_mutex_lock(&index_lock);
	inside = true;
	sleep(60); /* a cancellation point */
	pthread_mutex_unlock(&index_lock);
	return unused;
}

/* Shape 2: pthread_exit deep inside. */
static void *logger(void *unused)
{
	pthread_mutex_lock(&log_lock);
	if (cancelled)
		pthread_exit(NULL);
	pthread_mutex_unlock(&log_lock);
	return unused;
}

/* Shape 3: an early return when a flag says stop. */
static void *updater(void *unused)
{
	pthread_mutex_lock(&state_lock);
	if (cancelled)
		return NULL;
	pthread_mutex_unlock(&state_lock);
	return unused;
}

int main(void)
{
	pthread_t threads[3];
	pthread_create(&threads[0], NULL, indexer, NULL);
	pthread_create(&threads[1], NULL, logger, NULL);
	pthread_create(&threads[2], NULL, updater, NULL);
	while (!inside)
		sched_yield();
	pthread_cancel(threads[0]);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	puts("all threads stopped");
	return 0;
}
