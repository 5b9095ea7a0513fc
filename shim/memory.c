/*
 * memory.c: memory that carries locks going away: free, realloc, munmap, dlclose. A lock that is held then is a finding; the lives of the
 * others end here, earlier than by the next lock at their address. What holds no lock costs a load and a compare (index_near).
 */
#include "memory.h"

#include <dlfcn.h>
#include <malloc.h>
#include <sys/mman.h>

#include "events.h"
#include "identity.h"
#include "index.h"
#include "misuse.h"
#include "module.h"
#include "objects.h"
#include "real.h"

/* ---- what is about to go ---- */

/* Is it locked, as far as its own memory tells? It is still there. */
static bool looks_locked(const struct index_entry *entry)
{
	switch (entry->kind) {
	case KIND_MUTEX:
	case KIND_RECURSIVE:
	case KIND_ERRORCHECK:
	case KIND_ADAPTIVE:
		return libc_mutex_locked((const pthread_mutex_t *)entry->address);
	case KIND_RWLOCK:
	case KIND_RWLOCK_WRITER:
		return libc_rwlock_readers((const pthread_rwlock_t *)entry->address) != 0 ||
		       libc_rwlock_writer((const pthread_rwlock_t *)entry->address) != 0;
	default:
		return true;
	}
}

/* The life that `found` told of is over; another one may have begun at its address since. */
static void life_goes(struct self *self, const struct index_entry *found)
{
	struct index_entry *entry;

	if (!state_lock(self))
		return;
	entry = index_find(found->address);
	if (entry && entry->id == found->id) {
		index_remove(found->address);
		if (found->kind != INDEX_CONDITION)
			event_lock_gone(found->id);
	}
	state_unlock(self);
}

static void entry_goes(struct self *self, const struct index_entry *found, bool locked, struct site site)
{
	struct misuse misuse = {.lock = found->id, .address = found->address, .site = site};

	if (locked && found->kind != INDEX_CONDITION && found->id != 0 && found->id != INDEX_DESTROYED)
		misuse_freed(self, &misuse);
	life_goes(self, found);
}

static bool next_entry(struct self *self, struct index_range *range, struct index_entry *found)
{
	bool more;

	if (!state_lock(self))
		return false;
	more = index_next(range, found);
	state_unlock(self);
	return more;
}

static struct index_range range_of(const void *start, size_t size)
{
	return (struct index_range){.start = (uintptr_t)start, .end = (uintptr_t)start + size, .next = (uintptr_t)start};
}

/* Before the memory goes. */
static SLOW void memory_goes(const void *start, size_t size, struct site site)
{
	struct index_range range = range_of(start, size);
	struct self *self = self_enter();
	struct index_entry found;

	if (!self)
		return;
	while (next_entry(self, &range, &found))
		entry_goes(self, &found, looks_locked(&found), site);
	self_leave(self);
}

void memory_forget(const void *start, size_t size, struct site site)
{
	struct index_range range = range_of(start, size);
	struct self *self = self_enter();
	struct index_entry found;

	if (!self)
		return;
	while (next_entry(self, &range, &found)) {
		bool locked = looks_locked(&found);

		if (found.kind != INDEX_CONDITION)
			identity_forget(&found);
		entry_goes(self, &found, locked, site);
	}
	self_leave(self);
}

/* ---- free, realloc ---- */

/* How large a block is, malloc_usable_size tells; only an allocator that brought both functions can be asked. glibc's has done it for thirty
 * years by the word before the block, which costs a fifth: that is read here, once it has agreed with the function some times. */
#define AGREED 16

static size_t size_asked(void *block)
{
	real_ready();
	return module_same((uintptr_t)real.free, (uintptr_t)real.malloc_usable_size) ? real.malloc_usable_size(block) : 0;
}

INLINE size_t size_by_word(const void *block)
{
	return (((const size_t *)block)[-1] & ~(size_t)7) - sizeof(size_t);
}

/* These four are left by jumps, so that SITE is the program's call. */
static SLOW void free_asking(void *block);
static void (*_Atomic free_near)(void *block) = free_asking;

static SLOW void free_with_lock(void *block)
{
	memory_goes(block, size_asked(block), SITE);
	real.free(block);
}

static __attribute__((noinline)) void free_by_word(void *block)
{
	if (unlikely(block && index_touches(block, size_by_word(block))))
		free_with_lock(block);
	else
		real.free(block);
}

static bool agreed_often(bool agree)
{
	static _Atomic int agreed;

	if (!agree)
		atomic_store_explicit(&agreed, 0, memory_order_relaxed);
	return agree && atomic_fetch_add_explicit(&agreed, 1, memory_order_relaxed) + 1 >= AGREED;
}

static SLOW void free_asking(void *block)
{
	size_t size = block ? size_asked(block) : 0;

	/* Another allocator is in an object of its own, and what it keeps before a block is its business. */
	if (size && module_same((uintptr_t)real.free, (uintptr_t)real.pthread_mutex_lock) && agreed_often(size_by_word(block) == size))
		atomic_store_explicit(&free_near, free_by_word, memory_order_relaxed);
	if (size && index_touches(block, size))
		free_with_lock(block);
	else
		real.free(block);
}

/* A lock lies near: in this block? */
EXPORT void free(void *block)
{
	if (likely(!index_near(block)))
		real.free(block);
	else
		atomic_load_explicit(&free_near, memory_order_relaxed)(block);
}

/* What lay in a block that may move. */
struct moving {
	struct index_entry found[16];
	bool locked[16];
	uint32_t count;
};

static void moving_begin(struct moving *moving, void *block)
{
	struct index_range range = range_of(block, size_asked(block));
	struct self *self = self_enter();

	if (!self)
		return;
	while (moving->count < 16 && next_entry(self, &range, &moving->found[moving->count])) {
		moving->locked[moving->count] = looks_locked(&moving->found[moving->count]);
		moving->count++;
	}
	self_leave(self);
}

static void moving_end(const struct moving *moving, struct site site)
{
	struct self *self = moving->count ? self_enter() : NULL;

	if (!self)
		return;
	for (uint32_t i = 0; i < moving->count; i++)
		entry_goes(self, &moving->found[i], moving->locked[i], site);
	self_leave(self);
}

static SLOW void *realloc_near(void *block, size_t size, struct site site)
{
	struct moving moving = {.count = 0};
	void *result;

	moving_begin(&moving, block);
	result = real.realloc(block, size);
	/* One that stays where it is keeps its locks; one that could not be had leaves the old one. */
	if (result != block && (result || size == 0))
		moving_end(&moving, site);
	return result;
}

EXPORT void *realloc(void *block, size_t size)
{
	real_ready();
	if (unlikely(index_near(block)) && block)
		return realloc_near(block, size, SITE);
	return real.realloc(block, size);
}

/* ---- mappings, modules ---- */

/* May any lock lie there? What libc will refuse to unmap holds none. */
static bool any_near(const void *start, size_t size)
{
	if (((uintptr_t)start & 4095) != 0 || size == 0 || (uintptr_t)start + size < (uintptr_t)start)
		return false;
	for (size_t page = 0; page < size && page >> 12 <= UINT16_MAX; page += 4096)
		if (index_near((const char *)start + page))
			return true;
	return false;
}

EXPORT int munmap(void *start, size_t size)
{
	real_ready();
	if (unlikely(any_near(start, size)))
		memory_goes(start, size, SITE);
	return real.munmap(start, size);
}

EXPORT int dlclose(void *handle)
{
	struct index_range everywhere = {.end = UINTPTR_MAX};
	struct index_entry found;
	struct self *self;
	int result;

	real_ready();
	objects_close_begin();
	result = real.dlclose(handle);
	objects_close_end();
	self = result == 0 ? self_enter() : NULL;
	if (self)
		objects_renew();
	/* Which objects have really gone shows afterwards: their static locks lie nowhere any more. Held stacks say who held them. */
	while (self && next_entry(self, &everywhere, &found))
		if ((found.flags & INDEX_STATIC) && !module_there((uintptr_t)found.address))
			entry_goes(self, &found, true, SITE);
	if (self)
		self_leave(self);
	return result;
}
