/* map_rwlock.c: a plain map behind one rwlock: readers go side by side. */
#include <pthread.h>
#include <stdlib.h>

#include "map.h"

struct map {
	pthread_rwlock_t lock; /* protects all that `inner` holds */
	struct map *inner;
};

static struct map *rwlock_new(size_t key_size, size_t value_size)
{
	struct map *map = map_alloc(sizeof(*map));
	pthread_rwlock_init(&map->lock, NULL);
	map->inner = map_plain.new(key_size, value_size);
	return map;
}

static void rwlock_free(struct map *map)
{
	map_plain.free(map->inner);
	pthread_rwlock_destroy(&map->lock);
	free(map);
}

static void rwlock_put(struct map *map, const void *key, const void *value)
{
	pthread_rwlock_wrlock(&map->lock);
	map_plain.put(map->inner, key, value);
	pthread_rwlock_unlock(&map->lock);
}

static bool rwlock_get(struct map *map, const void *key, void *value)
{
	pthread_rwlock_rdlock(&map->lock);
	bool found = map_plain.get(map->inner, key, value);
	pthread_rwlock_unlock(&map->lock);
	return found;
}

static bool rwlock_remove(struct map *map, const void *key)
{
	pthread_rwlock_wrlock(&map->lock);
	bool found = map_plain.remove(map->inner, key);
	pthread_rwlock_unlock(&map->lock);
	return found;
}

static size_t rwlock_size(struct map *map)
{
	pthread_rwlock_rdlock(&map->lock);
	size_t size = map_plain.size(map->inner);
	pthread_rwlock_unlock(&map->lock);
	return size;
}

const struct map_kind map_rwlock = {"rwlock", rwlock_new, rwlock_free, rwlock_put, rwlock_get, rwlock_remove, rwlock_size};
