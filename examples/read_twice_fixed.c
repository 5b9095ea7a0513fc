/*
 * read_twice_fixed: the corrected twin of read_twice.c: what is called with the read lock held does not take it again.
 *
 *   gridlock build/examples/read_twice_fixed
 *
 * gridlock is silent but for its summary.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <unistd.h>

static pthread_rwlock_t routes_lock;
static int routes = 1;
static sem_t rendering;

/* The caller reads. */
static int url_of(int page)
{
	return page * 10 + routes;
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
