/*
 * hash.h: the one place that includes uthash. As it comes, uthash calls malloc, and exit(-1) when memory is short. Here it takes
 * memory from the arena that is named `arena` in the scope of the macro, and HASH_ADD_* leaves the element out when there is none:
 * the element's handle has tbl == NULL then (hash_added tells).
 */
#ifndef GRIDLOCK_HASH_H
#define GRIDLOCK_HASH_H

#include <stdint.h>

#include "arena.h"

#define HASH_NONFATAL_OOM	  1
#define uthash_malloc(size)	  arena_alloc(arena, size)
#define uthash_free(memory, size) arena_free(arena, memory, size)
#define uthash_nonfatal_oom(element)                                                                                                       \
	do {                                                                                                                               \
		(element)->hh.tbl = NULL;                                                                                                  \
	} while (0)
#include <uthash.h>

#define hash_added(element) ((element)->hh.tbl != NULL)

/* Mixes `value` into `seed`: a multiply and fold for each (the finaliser of MurmurHash3, public domain, has the same shape). Not symmetrical:
 * a value that equals the seed is no special case. */
static inline uint64_t hash_mix(uint64_t seed, uint64_t value)
{
	uint64_t h = (seed + 0x632be59bd9b4e019ull) * 0x9e3779b97f4a7c15ull;

	h = ((h ^ (h >> 32)) + value) * 0xd6e8feb86659fd93ull;
	return h ^ (h >> 29);
}

#endif
