/*
 * nested_monitor: a thread waits on a condition while it holds another lock, without which nobody gets to the signal. (The nested monitor problem:
 * Lister, "The problem of nested monitor calls", Operating Systems Review 11(3), 1977.)
 *
 *   gridlock --stuck=2 build/examples/nested_monitor
 *
 * The wait releases queue_lock, not registry_lock, which next_job() still holds; add_job() asks for registry_lock first. Without gridlock the program
 * hangs for ever. No lock waits for a lock in a ring, and a signal might come from anywhere: gridlock does not end the program. --stuck says
 * after two seconds who waits for what, and that whoever has signalled so far is blocked; end it then with Ctrl-C. The report has the
 * warning wait-holding, which does not need the hang: one signal from under registry_lock and one wait under it are enough.
 */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t queue_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t queue_filled = PTHREAD_COND_INITIALIZER;
static int queued, added;
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
	pthread_mutex_lock(&registry_lock);
	queue_get(); /* waits with registry_lock */
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
	puts("both are done");
	return 0;
}
