/*
 * fork_logger: a process with threads forks, and the child logs. (As in Python's logging before 3.7: bpo-6721; every malloc has to defend itself
 * against it.)
 *
 *   gridlock build/examples/fork_logger
 *
 * The child is a copy of everything but the other threads. One of these is in the pool of buffers at that moment: in the child pool_lock is locked,
 * by a thread that it does not have. The child's first line needs a buffer, and waits for ever; the parent waits for the child (end them with
 * Ctrl-C). gridlock warns of the fork (fork-locked, with the stack of who held the lock), reports fork-locked-child before the child blocks, and ends
 * it; the exit code is 66.
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
