/* map_mutex.c: a plain map behind one mutex: readers wait for one another. */
#include <pthread.h>
#include <stdlib.h>

#include "map.h"

struct map {
	pthread_mutex_t lock; /* protects all that `inner` holds */
	struct map *inner;
};

static struct map *mutex_new(size_t key_size, size_t value_size)
{
	struct map *map = map_alloc(sizeof(*map));
	pthread_mutex_init(&map->lock, NULL);
	map->inner = map_plain.new(key_size, value_size);
	return map;
}

static void mutex_free(struct map *map)
{
	map_plain.free(map->inner);
	pthread_mutex_destroy(&map->lock);
	free(map);
}

static void mutex_put(struct map *map, const void *key, const void *value)
{
	pthread_mutex_lock(&map->lock);
	map_plain.put(map->inner, key, value);
	pthread_mutex_unlock(&map->lock);
}

static bool mutex_get(struct map *map, const void *key, void *value)
{
	pthread_mutex_lock(&map->lock);
	bool found = map_plain.get(map->inner, key, value);
	pthread_mutex_unlock(&map->lock);
	return found;
}

static bool mutex_remove(struct map *map, const void *key)
{
	pthread_mutex_lock(&map->lock);
	bool found = map_plain.remove(map->inner, key);
	pthread_mutex_unlock(&map->lock);
	return found;
}

static size_t mutex_size(struct map *map)
{
	pthread_mutex_lock(&map->lock);
	size_t size = map_plain.size(map->inner);
	pthread_mutex_unlock(&map->lock);
	return size;
}

const struct map_kind map_mutex = {"mutex", mutex_new, mutex_free, mutex_put, mutex_get, mutex_remove, mutex_size};
