/* map_plain.c: no lock at all: the fastest, for one thread. The three others are made of it. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "map.h"

static atomic_size_t allocations, bytes; /* relaxed: nothing is ordered by them */

void *map_alloc(size_t size)
{
	void *memory = malloc(size);
	if (!memory) {
		perror("maps");
		exit(1);
	}
	atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&bytes, size, memory_order_relaxed);
	return memory;
}

struct map_memory map_memory(void)
{
	return (struct map_memory){allocations, bytes};
}

#define uthash_malloc(size) map_alloc(size)
#include <uthash.h>

struct entry {
	UT_hash_handle hh;
	char key_and_value[];
};

struct map {
	struct entry *entries;
	size_t key_size, value_size;
};

static struct map *plain_new(size_t key_size, size_t value_size)
{
	struct map *map = map_alloc(sizeof(*map));
	*map = (struct map){NULL, key_size, value_size};
	return map;
}

static void plain_free(struct map *map)
{
	struct entry *entry, *next;
	HASH_ITER (hh, map->entries, entry, next) {
		HASH_DEL(map->entries, entry);
		free(entry);
	}
	free(map);
}

static struct entry *find(struct map *map, const void *key)
{
	struct entry *entry;
	HASH_FIND(hh, map->entries, key, map->key_size, entry);
	return entry;
}

static void plain_put(struct map *map, const void *key, const void *value)
{
	struct entry *entry = find(map, key);
	if (!entry) {
		entry = map_alloc(sizeof(*entry) + map->key_size + map->value_size);
		memcpy(entry->key_and_value, key, map->key_size);
		HASH_ADD(hh, map->entries, key_and_value, map->key_size, entry);
	}
	memcpy(entry->key_and_value + map->key_size, value, map->value_size);
}

static bool plain_get(struct map *map, const void *key, void *value)
{
	struct entry *entry = find(map, key);
	if (entry)
		memcpy(value, entry->key_and_value + map->key_size, map->value_size);
	return entry;
}

static bool plain_remove(struct map *map, const void *key)
{
	struct entry *entry = find(map, key);
	if (entry) {
		HASH_DEL(map->entries, entry);
		free(entry);
	}
	return entry;
}

static size_t plain_size(struct map *map)
{
	return HASH_COUNT(map->entries);
}

const struct map_kind map_plain = {"plain", plain_new, plain_free, plain_put, plain_get, plain_remove, plain_size};
