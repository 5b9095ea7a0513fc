/*
 * path3_foreign_unlock: a thread unlocks what another thread has locked, through a pointer that was handed over.
 *
 *   gridlock build/examples/path3_foreign_unlock
 *
 * libc lets a normal mutex go whoever asks, so main believes that it is alone in its section when it is not. gridlock reports
 * unlock-not-owner twice, with the stack of the unlock and the stack of the owner's lock: exit code 66.
 */
#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t order_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t file_lock = PTHREAD_MUTEX_INITIALIZER;
static int orders, files;

/* Shape 1: a callback that was meant for the caller's own thread runs in the one that does the work. */
struct job {
	void (*done)(void *context);
	void *context;
};

static void release_order(void *context)
{
	pthread_mutex_unlock(context);
}

static void *mailer(void *argument)
{
	struct job *job = argument;
	job->done(job->context);
	return NULL;
}

static void place_order(void)
{
	struct job job = {release_order, &order_lock};
	pthread_t thread;
	pthread_mutex_lock(&order_lock);
	orders++;
	pthread_create(&thread, NULL, mailer, &job);
	pthread_join(thread, NULL);
}

/* Shape 2: the worker's cleanup handler unlocks what its creator locked. */
static void unlock_handler(void *mutex)
{
	pthread_mutex_unlock(mutex);
}

static void *copier(void *mutex)
{
	pthread_cleanup_push(unlock_handler, mutex);
	files++;
	pthread_cleanup_pop(1);
	return NULL;
}

static void copy_file(void)
{
	pthread_t thread;
	pthread_mutex_lock(&file_lock);
	pthread_create(&thread, NULL, copier, &file_lock);
	pthread_join(thread, NULL);
}

int main(void)
{
	place_order();
	copy_file();
	printf("%d order, %d file\n", orders, files);
	return 0;
}
