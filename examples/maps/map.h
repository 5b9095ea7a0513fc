/*
 * map.h: one interface for four kinds of map, from keys to values of fixed sizes.
 *
 * A map copies keys and values. Keys are compared byte for byte, so padding inside of them counts. All functions of map_mutex, map_rwlock
 * and map_sharded may be called by any thread at any time; those of map_plain by one thread at a time.
 */
#ifndef MAP_H
#define MAP_H

#include <stdbool.h>
#include <stddef.h>

struct map;

struct map_kind {
	const char *name;
	/* An empty map for keys and values of these sizes in bytes; ends the program when memory is short. To be given to free(). */
	struct map *(*new)(size_t key_size, size_t value_size);
	void (*free)(struct map *map);
	/* The key has this value from now on. */
	void (*put)(struct map *map, const void *key, const void *value);
	/* Copies the key's value; false when there is none: `value` stays as it was. */
	bool (*get)(struct map *map, const void *key, void *value);
	/* False when the key was not there. */
	bool (*remove)(struct map *map, const void *key);
	/* How many keys there are. */
	size_t (*size)(struct map *map);
};

extern const struct map_kind map_plain, map_mutex, map_rwlock, map_sharded;

/* What all maps together have allocated so far; never goes down. */
struct map_memory {
	size_t allocations;
	size_t bytes;
};
struct map_memory map_memory(void);
void *map_alloc(size_t size);

#endif
