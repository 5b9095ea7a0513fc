/*
 * path4_cancel_leak_fixed: the corrected twin of path4_cancel_leak.c: a cleanup handler where the thread may be cancelled or may exit,
 * an unlock before the early return.
 *
 *   gridlock build/examples/path4_cancel_leak_fixed
 *
 * gridlock is silent but for its summary.
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

static void unlock_handler(void *mutex)
{
	pthread_mutex_unlock(mutex);
}

/* Shape 1: a handler runs when the thread is cancelled, and when it is not. */
static void *indexer(void *unused)
{
	pthread_mutex_lock(&index_lock);
	pthread_cleanup_push(unlock_handler, &index_lock);
	inside = true;
	sleep(60); /* a cancellation point */
	pthread_cleanup_pop(1);
	return unused;
}

/* Shape 2: pthread_exit runs the handlers too. */
static void *logger(void *unused)
{
	pthread_mutex_lock(&log_lock);
	pthread_cleanup_push(unlock_handler, &log_lock);
	if (cancelled)
		pthread_exit(NULL);
	pthread_cleanup_pop(1);
	return unused;
}

/* Shape 3: one way out, which unlocks. */
static void *updater(void *unused)
{
	pthread_mutex_lock(&state_lock);
	if (!cancelled)
		sched_yield();
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
