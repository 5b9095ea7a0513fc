/* map_sharded.c: 16 maps, each behind a mutex of its own; the key's hash says which: threads meet only when their keys do. */
#include <stdint.h>
#include <stdlib.h>

#include "map.h"

enum { SHARDS = 16 };

struct map {
	size_t key_size;
	struct map *shards[SHARDS];
};

/* FNV-1a; its upper half, since the tables inside choose their buckets by the lower bits of a hash. */
static struct map *shard_of(struct map *map, const void *key)
{
	const unsigned char *byte = key;
	uint64_t hash = 0xcbf29ce484222325;
	for (size_t i = 0; i < map->key_size; i++)
		hash = (hash ^ byte[i]) * 0x100000001b3;
	return map->shards[(hash >> 32) % SHARDS];
}

static struct map *sharded_new(size_t key_size, size_t value_size)
{
	struct map *map = map_alloc(sizeof(*map));
	map->key_size = key_size;
	for (int i = 0; i < SHARDS; i++)
		map->shards[i] = map_mutex.new(key_size, value_size);
	return map;
}

static void sharded_free(struct map *map)
{
	for (int i = 0; i < SHARDS; i++)
		map_mutex.free(map->shards[i]);
	free(map);
}

static void sharded_put(struct map *map, const void *key, const void *value)
{
	map_mutex.put(shard_of(map, key), key, value);
}

static bool sharded_get(struct map *map, const void *key, void *value)
{
	return map_mutex.get(shard_of(map, key), key, value);
}

static bool sharded_remove(struct map *map, const void *key)
{
	return map_mutex.remove(shard_of(map, key), key);
}

/* One shard after the other: right only while nobody writes. */
static size_t sharded_size(struct map *map)
{
	size_t size = 0;
	for (int i = 0; i < SHARDS; i++)
		size += map_mutex.size(map->shards[i]);
	return size;
}

const struct map_kind map_sharded = {"sharded", sharded_new, sharded_free, sharded_put, sharded_get, sharded_remove, sharded_size};
