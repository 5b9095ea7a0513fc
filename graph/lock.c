/* lock.c: see lock.h. */
#include "lock.h"

#include <string.h>

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

static void order_free(struct lock_table *table, struct lock_order *order)
{
	struct arena *arena = table->arena;

	HASH_DELETE(hh, table->orders, order);
	arena_free(arena, order, sizeof(*order));
}

void lock_free(struct lock_table *table, struct lock *lock)
{
	struct lock_order *next;

	for (struct lock_order *order = lock->orders; order; order = next) {
		next = order->next;
		order_free(table, order);
	}
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
		.subclass = class->key.subclass,
		.stack = class->key.stack,
		.name = class->key.name,
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
		.name = lock->name,
	};

	if (lock->described)
		return;
	lock->described = true;
	lock_class_describe(lock->class, sink);
	sink->write(sink->ctx, &fact.head);
}

/* ---- what the source says of them ---- */

struct lock_name {
	uint32_t id;
	UT_hash_handle hh;
	char text[];
};

static void name_describe(const struct lock_name *name, size_t length, const struct fact_sink *sink)
{
	union {
		struct fact_name fact;
		char room[sizeof(struct fact_name) + NAME_MAX_LENGTH + 8];
	} u = {.fact = {.head.kind = FACT_NAME, .id = name->id}};

	memcpy(u.fact.text, name->text, length);
	u.fact.head.size = (uint32_t)(offsetof(struct fact_name, text) + length + 8) & ~7u;
	sink->write(sink->ctx, &u.fact.head);
}

uint32_t lock_name_intern(struct lock_table *table, const char *text, size_t length, _Atomic uint32_t *next_id,
			  const struct fact_sink *sink)
{
	struct arena *arena = table->arena;
	struct lock_name *name;

	HASH_FIND(hh, table->names, text, length, name);
	if (name)
		return name->id;
	name = arena_alloc(arena, sizeof(*name) + length);
	if (!name)
		return 0;
	memcpy(name->text, text, length);
	HASH_ADD_KEYPTR(hh, table->names, name->text, length, name);
	if (!hash_added(name)) {
		arena_free(arena, name, sizeof(*name) + length);
		return 0;
	}
	name->id = atomic_fetch_add_explicit(next_id, 1, memory_order_relaxed);
	name_describe(name, length, sink);
	return name->id;
}

static void describe_again(struct lock *lock, const struct fact_sink *sink)
{
	if (!lock->described)
		return;
	lock->described = false;
	lock_describe(lock, sink);
}

void lock_set_name(struct lock *lock, uint32_t name, const struct fact_sink *sink)
{
	if (lock->name == name)
		return;
	lock->name = name;
	describe_again(lock, sink);
}

void lock_set_class(struct lock *lock, struct lock_class *class, const struct fact_sink *sink)
{
	if (lock->class == class)
		return;
	lock->class = class;
	describe_again(lock, sink);
}

/* Those with locks that are gone. */
static void orders_forget(struct lock_table *table, struct lock *lock)
{
	struct lock_order **link = &lock->orders;

	while (*link) {
		struct lock_order *order = *link;

		if (lock_find(table, order->key.after)) {
			link = &order->next;
			continue;
		}
		*link = order->next;
		lock->orders_count--;
		order_free(table, order);
	}
}

bool lock_order_known(const struct lock_table *table, uint64_t before, uint64_t after)
{
	struct lock_order *order, key = {.key = {before, after}};

	HASH_FIND(hh, table->orders, &key.key, sizeof(key.key), order);
	return order != NULL;
}

#define ORDERS_FEW 16u

bool lock_order_keep(struct lock_table *table, struct lock *lock, uint64_t after)
{
	struct arena *arena = table->arena;
	struct lock_order *order;

	/* At each power of two: as many have come since as were there. */
	if (lock->orders_count >= ORDERS_FEW && (lock->orders_count & (lock->orders_count - 1)) == 0)
		orders_forget(table, lock);
	order = arena_alloc(arena, sizeof(*order));
	if (!order)
		return false;
	order->key.before = lock->id;
	order->key.after = after;
	HASH_ADD(hh, table->orders, key, sizeof(order->key), order);
	if (!hash_added(order)) {
		arena_free(arena, order, sizeof(*order));
		return false;
	}
	order->next = lock->orders;
	lock->orders = order;
	lock->orders_count++;
	return true;
}
