/* memory.h: arenas for tests: over calloc, and one that fails at the n-th call. */
#ifndef TESTS_MEMORY_H
#define TESTS_MEMORY_H

#include <stdlib.h>

#include "graph/arena.h"

struct failing {
	long left; /* calls of grow that succeed; negative: all */
};

static inline void *test_grow(void *ctx, size_t size)
{
	struct failing *failing = ctx;

	if (failing && failing->left == 0)
		return NULL;
	if (failing && failing->left > 0)
		failing->left--;
	return calloc(1, size);
}

static inline void test_release(void *ctx, void *block, size_t size)
{
	(void)ctx;
	(void)size;
	free(block);
}

static inline struct arena test_arena(struct failing *failing)
{
	struct arena arena;

	arena_init(&arena, test_grow, test_release, failing);
	return arena;
}

#endif
