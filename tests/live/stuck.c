/* A program whose threads stand where no ring holds them: for a lock whose holder is gone, for a signal that does not come any more, at a barrier that
 * one thread never reaches, for a semaphore that nobody posts. It runs until it is killed. */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <unistd.h>

static pthread_mutex_t orphan = PTHREAD_MUTEX_INITIALIZER, queue_lock = PTHREAD_MUTEX_INITIALIZER, busy = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t queue_ready = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static sem_t tickets;
static volatile int done;

static void *leaver(void *unused)
{
	pthread_mutex_lock(&orphan);
	return unused;
}

static void *heir(void *unused)
{
	pthread_mutex_lock(&orphan);
	return unused;
}

static void *producer(void *unused)
{
	pthread_mutex_lock(&queue_lock);
	pthread_cond_signal(&queue_ready);
	pthread_mutex_unlock(&queue_lock);
	return unused;
}

static void *consumer(void *unused)
{
	pthread_mutex_lock(&queue_lock);
	while (!done)
		pthread_cond_wait(&queue_ready, &queue_lock);
	pthread_mutex_unlock(&queue_lock);
	return unused;
}

static void *runner(void *unused)
{
	pthread_barrier_wait(&barrier);
	return unused;
}

static void *guest(void *unused)
{
	sem_wait(&tickets);
	return unused;
}

static void *owner(void *unused)
{
	pthread_mutex_lock(&busy);
	for (;;)
		pause();
	return unused;
}

static void *client(void *unused)
{
	pthread_mutex_lock(&busy);
	return unused;
}

static pthread_t owner_thread;

static void *joiner(void *unused)
{
	pthread_join(owner_thread, NULL);
	return unused;
}

int main(void)
{
	void *(*const scripts[])(void *) = {heir, consumer, runner, runner, guest, owner, client, joiner};
	pthread_t thread;

	pthread_barrier_init(&barrier, NULL, 3);
	sem_init(&tickets, 0, 0);
	pthread_create(&thread, NULL, leaver, NULL);
	pthread_setname_np(thread, "leaver");
	pthread_join(thread, NULL);
	for (unsigned i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		pthread_create(&thread, NULL, scripts[i], NULL);
		if (scripts[i] == owner)
			owner_thread = thread;
		usleep(20000);
	}
	pthread_create(&thread, NULL, producer, NULL);
	pthread_join(thread, NULL);
	printf("ready\n");
	fflush(stdout);
	for (;;)
		pause();
}
