/*
 * arena.h: memory for the graph: bump allocation from large blocks, free lists by size class.
 * graph never calls malloc: the blocks come from the caller (mmap in the host, calloc in the command and in tests).
 * Not thread-safe: the caller serialises.
 */
#ifndef GRIDLOCK_ARENA_H
#define GRIDLOCK_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena_block;
struct arena {
	void *(*grow)(void *ctx,
		      size_t size); /* returns `size` zeroed bytes, 16-byte aligned, or NULL. They are never given back but by arena_fini */
	void (*release)(void *ctx, void *block, size_t size); /* may be NULL: then arena_fini forgets the blocks */
	void *ctx;
	struct arena_block *blocks;
	char *next, *end;
	void *free[64]; /* free lists by size class: two to each power of two */
	size_t bytes;	/* taken from grow so far */
};

/* An arena over `grow`. Takes no memory yet. */
void arena_init(struct arena *arena, void *(*grow)(void *, size_t), void (*release)(void *, void *, size_t), void *ctx);
/* Gives every block back; everything allocated is gone. */
void arena_fini(struct arena *arena);
/* Takes memory ahead, so that allocations up to 16 KiB each, `size` bytes of them in all, need no grow. False: grow failed. */
bool arena_reserve(struct arena *arena, size_t size);
/* `size` zeroed bytes, 16-byte aligned; NULL when grow failed. Constant time. */
void *arena_alloc(struct arena *arena, size_t size);
/* Back to the arena. `size` as it was allocated. NULL is allowed. */
void arena_free(struct arena *arena, void *memory, size_t size);

#endif
