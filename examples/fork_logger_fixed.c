/*
 * fork_logger_fixed: the corrected twin of fork_logger.c: pool_lock is taken before every fork and released behind it, on both sides, so that
 * no other thread can be in the pool at that moment (pthread_atfork).
 *
 *   gridlock build/examples/fork_logger_fixed
 *
 * gridlock is silent but for its summary.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t pool_lock = PTHREAD_MUTEX_INITIALIZER;
static char buffers[2][80];
static int used;
static sem_t inside;

static void lock_pool(void)
{
	pthread_mutex_lock(&pool_lock);
}

static void unlock_pool(void)
{
	pthread_mutex_unlock(&pool_lock);
}

static char *take_buffer(void)
{
	char *buffer;

	pthread_mutex_lock(&pool_lock);
	buffer = buffers[used++ % 2];
	pthread_mutex_unlock(&pool_lock);
	return buffer;
}

static void log_line(const char *who)
{
	char *buffer = take_buffer();

	snprintf(buffer, sizeof(buffers[0]), "%s has something to say", who);
	puts(buffer);
	fflush(stdout);
}

static void *tidy_pool(void *unused)
{
	pthread_mutex_lock(&pool_lock);
	sem_post(&inside);
	usleep(200000); /* it takes a while */
	used = 0;
	pthread_mutex_unlock(&pool_lock);
	return unused;
}

int main(void)
{
	pthread_t tidier;
	pid_t child;
	int status;

	sem_init(&inside, 0, 0);
	pthread_atfork(lock_pool, unlock_pool, unlock_pool);
	pthread_create(&tidier, NULL, tidy_pool, NULL);
	sem_wait(&inside);
	child = fork();
	if (child == 0) {
		log_line("the child");
		_exit(0);
	}
	log_line("the parent");
	pthread_join(tidier, NULL);
	waitpid(child, &status, 0);
	return status != 0;
}
