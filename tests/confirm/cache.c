/*
 * cache.c: a cache as memcached has it, in small: items under locks by their hash, an LRU list under one of its own, workers that set items and
 * bump them (item, then list), and a crawler that walks the list and takes old items out (list, then item). memcached itself only tries the
 * item's lock there.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOCKS	16
#define WORKERS 4
#define ITEMS	500

struct item {
	struct item *next;
	unsigned hash, uses;
};

static pthread_mutex_t *item_locks;
static pthread_mutex_t lru_lock = PTHREAD_MUTEX_INITIALIZER;
static struct item *lru;

static pthread_mutex_t *item_lock(unsigned hash)
{
	return &item_locks[hash % LOCKS];
}

static void lru_link(struct item *item)
{
	pthread_mutex_lock(&lru_lock);
	item->next = lru;
	lru = item;
	pthread_mutex_unlock(&lru_lock);
}

static void set(unsigned hash)
{
	struct item *item = calloc(1, sizeof(*item));

	item->hash = hash;
	pthread_mutex_lock(item_lock(hash));
	item->uses++;
	lru_link(item);
	pthread_mutex_unlock(item_lock(hash));
}

static void *worker(void *argument)
{
	unsigned hash = (unsigned)(size_t)argument * 2654435761u;

	for (int i = 0; i < ITEMS; i++) {
		hash = hash * 1664525u + 1013904223u;
		set(hash >> 16);
		usleep(100);
	}
	return NULL;
}

static void *crawler(void *unused)
{
	for (int i = 0; i < 50; i++) {
		struct item *item;

		pthread_mutex_lock(&lru_lock);
		item = lru;
		if (item) {
			pthread_mutex_lock(item_lock(item->hash));
			lru = item->next;
			pthread_mutex_unlock(item_lock(item->hash));
		}
		pthread_mutex_unlock(&lru_lock);
		free(item);
		usleep(1000);
	}
	return unused;
}

int main(void)
{
	pthread_t threads[WORKERS + 1];

	item_locks = calloc(LOCKS, sizeof(*item_locks));
	for (int i = 0; i < LOCKS; i++)
		pthread_mutex_init(&item_locks[i], NULL);
	for (size_t i = 0; i < WORKERS; i++)
		pthread_create(&threads[i], NULL, worker, (void *)i);
	pthread_create(&threads[WORKERS], NULL, crawler, NULL);
	for (int i = 0; i <= WORKERS; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
