/* class_order.c: the order among classes of locks, and what is written of it. See dependency_parts.h. */
#include "dependency_parts.h"

static uint32_t class_node(struct dependencies *set, struct lock_class *class)
{
	if (class->epoch == set->epoch)
		return class->node;
	class->node = order_add_node(set->class_order);
	class->epoch = class->node == ORDER_NONE ? 0 : set->epoch;
	return class->node;
}

bool dependency_classes_in_ring(struct dependencies *set, const struct lock_class *a, const struct lock_class *b)
{
	return a->epoch != set->epoch || b->epoch != set->epoch || order_same_ring(set->class_order, a->node, b->node);
}

enum order_result class_order_add(struct dependencies *set, struct lock_class *before, struct lock_class *after)
{
	uint32_t from = class_node(set, before), to = class_node(set, after);

	if (from == ORDER_NONE || to == ORDER_NONE)
		return ORDER_NO_MEMORY;
	return from == to ? ORDER_KNOWN : order_add_edge(set->class_order, from, to);
}

bool class_order_added(struct dependencies *set, enum order_result result)
{
	if (result == ORDER_NO_MEMORY)
		rows_close_all(set);
	else if (result == ORDER_RING)
		rows_close_rings(set);
	return result != ORDER_NO_MEMORY;
}

bool dependency_add_class_edges(struct dependencies *set, const struct dependency_request *request)
{
	bool whole = true, ring = false;

	for (uint32_t i = 0; i < request->count && whole; i++) {
		enum order_result result = class_order_add(set, request->held[i].lock->class, request->lock->class);

		whole = result != ORDER_NO_MEMORY;
		ring |= result == ORDER_RING;
	}
	if (!whole)
		rows_close_all(set);
	else if (ring)
		rows_close_rings(set);
	return whole;
}

bool class_order_record(struct dependencies *set, const struct dependency_request *request)
{
	struct arena *arena = set->arena;
	uint64_t key = dependency_key(request, true);
	struct class_dependency *known;

	HASH_FIND(hh, set->classes, &key, sizeof(key), known);
	if (known)
		return true;
	if (request->how != LOCK_TRY && !dependency_add_class_edges(set, request))
		return false;
	known = arena_alloc(arena, sizeof(*known));
	if (!known)
		return false;
	known->key = key;
	HASH_ADD(hh, set->classes, key, sizeof(known->key), known);
	if (!hash_added(known)) {
		arena_free(arena, known, sizeof(*known));
		return false;
	}
	lock_class_describe(request->lock->class, set->sink);
	for (uint32_t i = 0; i < request->count; i++)
		lock_class_describe(request->held[i].lock->class, set->sink);
	dependency_write(set, request, dependency_number(set), DEPENDENCY_CLASS);
	atomic_fetch_add_explicit(&set->header->totals[TOTAL_DEPENDENCIES], 1, memory_order_relaxed);
	return true;
}

/* Its dependencies lead from and to its former class: both are one, as far as rings are concerned. */
void dependency_change_class(struct dependencies *set, struct lock *lock, struct lock_class *class)
{
	rows_leave(set, lock);
	if (lock->epoch == set->epoch) {
		class_order_added(set, class_order_add(set, lock->class, class));
		class_order_added(set, class_order_add(set, class, lock->class));
	}
}
