/* named.c: named store|flush: locks that are made at other places each time, but are of the same classes by what the source calls them. */
#include <pthread.h>
#include <string.h>

#include "gridlock.h"

static pthread_mutex_t locks[4];

static void take_both(pthread_mutex_t *first, pthread_mutex_t *second)
{
	pthread_mutex_lock(first);
	pthread_mutex_lock(second);
	pthread_mutex_unlock(second);
	pthread_mutex_unlock(first);
}

static void *store(void *unused)
{
	pthread_mutex_init(&locks[0], NULL);
	pthread_mutex_init(&locks[1], NULL);
	GRIDLOCK_CLASS(&locks[0], "store");
	GRIDLOCK_CLASS(&locks[1], "log");
	take_both(&locks[0], &locks[1]);
	return unused;
}

static void *flush(void *unused)
{
	pthread_mutex_init(&locks[2], NULL);
	pthread_mutex_init(&locks[3], NULL);
	GRIDLOCK_CLASS(&locks[2], "log");
	GRIDLOCK_CLASS(&locks[3], "store");
	take_both(&locks[2], &locks[3]);
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t thread;

	(void)argc;
	return pthread_create(&thread, NULL, strcmp(argv[1], "store") ? flush : store, NULL) || pthread_join(thread, NULL);
}
