/* arena.c: see arena.h. */
#include "arena.h"

#include <stdint.h>
#include <string.h>

#define ALIGN	    16u
#define BLOCK_FIRST (64u << 10)
#define BLOCK_LAST  (4u << 20)

struct arena_block {
	struct arena_block *next;
	size_t size;
};

void arena_init(struct arena *arena, void *(*grow)(void *, size_t), void (*release)(void *, void *, size_t), void *ctx)
{
	memset(arena, 0, sizeof(*arena));
	arena->grow = grow;
	arena->release = release;
	arena->ctx = ctx;
}

void arena_fini(struct arena *arena)
{
	struct arena_block *block = arena->blocks;

	while (block) {
		struct arena_block *next = block->next;

		if (arena->release)
			arena->release(arena->ctx, block, block->size);
		block = next;
	}
	arena_init(arena, arena->grow, arena->release, arena->ctx);
}

/* What class i holds: 1, 2, 3, 4, 6, 8, 12 ... times ALIGN. */
static size_t size_of(unsigned class)
{
	return class == 0 ? ALIGN : (size_t)ALIGN * (2 + (class + 1) % 2) << (class - 1) / 2;
}

static unsigned class_of(size_t size)
{
	unsigned class = 0;

	while (size_of(class) < size)
		class ++;
	return class;
}

static size_t block_header(void)
{
	return (sizeof(struct arena_block) + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

static char *arena_grow(struct arena *arena, size_t size)
{
	struct arena_block *block = arena->grow(arena->ctx, size);

	if (!block)
		return NULL;
	block->next = arena->blocks;
	block->size = size;
	arena->blocks = block;
	arena->bytes += size;
	return (char *)block + block_header();
}

/* A new current block. */
static bool arena_turn(struct arena *arena, size_t block)
{
	char *memory = arena_grow(arena, block);

	if (!memory)
		return false;
	arena->next = memory;
	arena->end = memory - block_header() + block;
	return true;
}

static size_t whole_pages(size_t size)
{
	return (size + 4095) & ~(size_t)4095;
}

bool arena_reserve(struct arena *arena, size_t size)
{
	return (size_t)(arena->end - arena->next) >= size || arena_turn(arena, whole_pages(size + block_header()));
}

/* From the current block; a new one, twice as large as what there is, when it is used up. */
static void *arena_bump(struct arena *arena, size_t size)
{
	size_t block = arena->bytes < BLOCK_FIRST ? BLOCK_FIRST : arena->bytes > BLOCK_LAST ? BLOCK_LAST : arena->bytes;
	char *memory;

	if (size > BLOCK_FIRST / 4)
		return arena_grow(arena, whole_pages(size + block_header()));
	if ((size_t)(arena->end - arena->next) < size && !arena_turn(arena, block))
		return NULL;
	memory = arena->next;
	arena->next += size;
	return memory;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	unsigned class = class_of(size);
	void *memory = class < sizeof(arena->free) / sizeof(arena->free[0]) ? arena->free[class] : NULL;

	if (memory) {
		memcpy(&arena->free[class], memory, sizeof(void *));
		memset(memory, 0, size_of(class));
		return memory;
	}
	if (class >= sizeof(arena->free) / sizeof(arena->free[0]))
		return NULL;
	return arena_bump(arena, size_of(class));
}

void arena_free(struct arena *arena, void *memory, size_t size)
{
	unsigned class = class_of(size);

	if (!memory || size == 0)
		return;
	memcpy(memory, &arena->free[class], sizeof(void *));
	arena->free[class] = memory;
}
