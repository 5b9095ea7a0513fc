/*
 * nested_monitor_fixed: the corrected twin of nested_monitor.c: next_job() waits for a job first, without any other lock.
 *
 *   gridlock build/examples/nested_monitor_fixed
 *
 * gridlock is silent but for its summary.
 */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t queue_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t queue_filled = PTHREAD_COND_INITIALIZER;
static int queued, added, taken;
static pthread_barrier_t first_is_taken;

static void queue_put(void)
{
	pthread_mutex_lock(&queue_lock);
	queued++;
	pthread_cond_signal(&queue_filled);
	pthread_mutex_unlock(&queue_lock);
}

static void queue_get(void)
{
	pthread_mutex_lock(&queue_lock);
	while (queued == 0)
		pthread_cond_wait(&queue_filled, &queue_lock);
	queued--;
	pthread_mutex_unlock(&queue_lock);
}

static void add_job(void)
{
	pthread_mutex_lock(&registry_lock);
	printf("job %d is added\n", ++added);
	fflush(stdout);
	queue_put();
	pthread_mutex_unlock(&registry_lock);
}

static void next_job(void)
{
	queue_get();
	pthread_mutex_lock(&registry_lock);
	taken++;
	pthread_mutex_unlock(&registry_lock);
}

static void *consumer(void *unused)
{
	for (int i = 0; i < 2; i++) {
		next_job();
		if (i == 0)
			pthread_barrier_wait(&first_is_taken);
	}
	return unused;
}

int main(void)
{
	pthread_t thread;

	pthread_barrier_init(&first_is_taken, NULL, 2);
	add_job();
	pthread_create(&thread, NULL, consumer, NULL);
	pthread_barrier_wait(&first_is_taken);
	usleep(200000); /* the consumer waits for its second job by then */
	add_job();
	pthread_join(thread, NULL);
	printf("%d are done\n", taken);
	return 0;
}
