/*
 * path3_foreign_unlock_fixed: the corrected twin of path3_foreign_unlock.c: who locks unlocks; what a thread needs it locks itself.
 *
 *   gridlock build/examples/path3_foreign_unlock_fixed
 *
 * gridlock is silent but for its summary.
 */
#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t order_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t file_lock = PTHREAD_MUTEX_INITIALIZER;
static int orders, files;

/* Shape 1: the callback reports, and the thread that has locked unlocks. */
struct job {
	void (*done)(void *context);
	void *context;
};

static void count_mail(void *context)
{
	++*(int *)context;
}

static void *mailer(void *argument)
{
	struct job *job = argument;
	job->done(job->context);
	return NULL;
}

static void place_order(void)
{
	int mails = 0;
	struct job job = {count_mail, &mails};
	pthread_t thread;
	pthread_mutex_lock(&order_lock);
	orders++;
	pthread_create(&thread, NULL, mailer, &job);
	pthread_join(thread, NULL);
	pthread_mutex_unlock(&order_lock);
}

/* Shape 2: the worker locks what its cleanup handler unlocks. */
static void unlock_handler(void *mutex)
{
	pthread_mutex_unlock(mutex);
}

static void *copier(void *mutex)
{
	pthread_mutex_lock(mutex);
	pthread_cleanup_push(unlock_handler, mutex);
	files++;
	pthread_cleanup_pop(1);
	return NULL;
}

static void copy_file(void)
{
	pthread_t thread;
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
