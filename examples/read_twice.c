/*
 * read_twice: a thread takes a read lock that it has already, and a writer comes in between.
 *
 *   gridlock build/examples/read_twice
 *
 * routes_lock lets writers go first, so that they do not starve: once one waits, new readers stand behind it. render() reads; for a link
 * it calls url_of(), which reads again, stands behind the writer, and the writer waits for render() to end. Without gridlock the program hangs for
 * ever (end it with Ctrl-C). gridlock finds the deadlock a second after it has closed, a ring that goes through the line before the lock, and ends
 * the program with exit code 66. (Without a writer in between it tells of the lock-order-cycle all the same: see read_twice_fixed.c.)
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <unistd.h>

static pthread_rwlock_t routes_lock;
static int routes = 1;
static sem_t rendering;

static int url_of(int page)
{
	int result;

	pthread_rwlock_rdlock(&routes_lock); /* render has it already */
	result = page * 10 + routes;
	pthread_rwlock_unlock(&routes_lock);
	return result;
}

static void *render(void *unused)
{
	pthread_rwlock_rdlock(&routes_lock);
	sem_post(&rendering);
	usleep(200000); /* it takes a while */
	printf("page 7: %d\n", url_of(7));
	pthread_rwlock_unlock(&routes_lock);
	return unused;
}

static void *reload(void *unused)
{
	sem_wait(&rendering);
	pthread_rwlock_wrlock(&routes_lock);
	routes++;
	pthread_rwlock_unlock(&routes_lock);
	return unused;
}

int main(void)
{
	pthread_t reader, writer;
	pthread_rwlockattr_t attributes;

	pthread_rwlockattr_init(&attributes);
	pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlock_init(&routes_lock, &attributes);
	sem_init(&rendering, 0, 0);
	pthread_create(&reader, NULL, render, NULL);
	pthread_create(&writer, NULL, reload, NULL);
	pthread_join(reader, NULL);
	pthread_join(writer, NULL);
	printf("%d routes\n", routes);
	return 0;
}
