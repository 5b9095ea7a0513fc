/* lock.c: see lock.h. */
#include "lock.h"

struct lock_class *lock_class_intern(struct lock_table *table, const struct lock_key *key, _Atomic uint32_t *next_id)
{
	struct arena *arena = table->arena;
	struct lock_class *class;

	HASH_FIND(hh, table->classes, key, sizeof(*key), class);
	if (class)
		return class;
	class = arena_alloc(arena, sizeof(*class));
	if (!class)
		return NULL;
	class->key = *key;
	HASH_ADD(hh, table->classes, key, sizeof(class->key), class);
	if (!hash_added(class)) {
		arena_free(arena, class, sizeof(*class));
		return NULL;
	}
	class->id = atomic_fetch_add_explicit(next_id, 1, memory_order_relaxed);
	return class;
}

struct lock *lock_add(struct lock_table *table, uint64_t id, uint64_t address, struct lock_class *class, uint32_t thread)
{
	struct arena *arena = table->arena;
	struct lock *lock = arena_alloc(arena, sizeof(*lock));

	if (!lock)
		return NULL;
	lock->id = id;
	lock->address = address;
	lock->class = class;
	lock->thread = thread;
	HASH_ADD(hh, table->locks, id, sizeof(lock->id), lock);
	if (hash_added(lock)) {
		class->locks++;
		return lock;
	}
	arena_free(arena, lock, sizeof(*lock));
	return NULL;
}

void lock_set_place(struct lock_table *table, struct lock *lock, const struct lock_place *place)
{
	struct lock_place *copy = arena_alloc(table->arena, sizeof(*copy));

	if (copy)
		*copy = *place;
	lock->place = copy;
}

struct lock *lock_find(struct lock_table *table, uint64_t id)
{
	struct lock *lock;

	HASH_FIND(hh, table->locks, &id, sizeof(id), lock);
	return lock;
}

void lock_remove(struct lock_table *table, struct lock *lock)
{
	struct arena *arena = table->arena;

	HASH_DELETE(hh, table->locks, lock);
	lock->class->locks--;
	lock->gone = true;
}

void lock_free(struct lock_table *table, struct lock *lock)
{
	arena_free(table->arena, (void *)(uintptr_t)lock->place, sizeof(*lock->place));
	arena_free(table->arena, lock, sizeof(*lock));
}

void lock_class_describe(struct lock_class *class, const struct fact_sink *sink)
{
	struct fact_class fact = {
		.head = {.size = sizeof(fact), .kind = FACT_CLASS},
		.id = class->id,
		.kind = class->key.kind,
		.lock_kind = class->key.lock_kind,
		.lock_flags = class->key.lock_flags,
		.stack = class->key.stack,
		.frame = class->key.frame,
	};

	if (class->described)
		return;
	class->described = true;
	sink->write(sink->ctx, &fact.head);
}

void lock_describe(struct lock *lock, const struct fact_sink *sink)
{
	struct fact_lock fact = {
		.head = {.size = sizeof(fact), .kind = FACT_LOCK},
		.id = lock->id,
		.address = lock->address,
		.class = lock->class->id,
		.thread = lock->thread,
		.device = lock->place ? lock->place->device : 0,
		.inode = lock->place ? lock->place->inode : 0,
		.offset = lock->place ? lock->place->offset : 0,
	};

	if (lock->described)
		return;
	lock->described = true;
	lock_class_describe(lock->class, sink);
	sink->write(sink->ctx, &fact.head);
}
