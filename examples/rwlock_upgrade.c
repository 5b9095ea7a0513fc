/*
 * rwlock_upgrade: a thread asks for the write lock while it holds the read lock of the same rwlock.
 *
 *   gridlock build/examples/rwlock_upgrade
 *
 * The writer waits until all readers are gone, and it is itself one of them. Without gridlock the program hangs here for ever (end it
 * with Ctrl-C). gridlock reports the self-deadlock before the call blocks and ends the program with exit code 66.
 */
#include <pthread.h>
#include <stdio.h>

static pthread_rwlock_t cache_lock = PTHREAD_RWLOCK_INITIALIZER;
static int cached_key = -1, cached_square;

static void fill(int key)
{
	pthread_rwlock_wrlock(&cache_lock); /* the caller still reads */
	cached_key = key;
	cached_square = key * key;
	pthread_rwlock_unlock(&cache_lock);
}

static int square(int key)
{
	int result;
	pthread_rwlock_rdlock(&cache_lock);
	if (cached_key != key)
		fill(key);
	result = cached_square;
	pthread_rwlock_unlock(&cache_lock);
	return result;
}

int main(void)
{
	printf("7 * 7 = %d\n", square(7));
	return 0;
}
