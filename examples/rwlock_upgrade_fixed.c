/*
 * rwlock_upgrade_fixed: the corrected twin of rwlock_upgrade.c. The reader lets go before it writes, and looks again afterwards, since
 * another thread may have written in between: an rwlock cannot be upgraded.
 *
 *   gridlock build/examples/rwlock_upgrade_fixed
 *
 * gridlock is silent but for its summary.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>

static pthread_rwlock_t cache_lock = PTHREAD_RWLOCK_INITIALIZER;
static int cached_key = -1, cached_square;

static void fill(int key)
{
	pthread_rwlock_wrlock(&cache_lock); /* the caller has let go */
	cached_key = key;
	cached_square = key * key;
	pthread_rwlock_unlock(&cache_lock);
}

static bool find(int key, int *result)
{
	pthread_rwlock_rdlock(&cache_lock);
	bool found = cached_key == key;
	*result = cached_square;
	pthread_rwlock_unlock(&cache_lock);
	return found;
}

static int square(int key)
{
	int result;
	while (!find(key, &result))
		fill(key);
	return result;
}

int main(void)
{
	printf("7 * 7 = %d\n", square(7));
	return 0;
}
