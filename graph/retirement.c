/* retirement.c: what becomes of dependencies when a lock is gone. See dependency_parts.h. */
#include "dependency_parts.h"

/*
 * What was asked for while a lock was held that is gone now, and others that are not, still counts for those. It is kept under the content that
 * is left, so that dependencies become one that differed in such locks only. That the lock was held is kept too, for it can be a gate: two
 * that were done under one and the same lock never ran at once, whatever became of it. Of dependencies that become one only what all of them
 * held can be one. A lock that is gone lives on, for its number, as long as held sets name it.
 *
 * Once written, a dependency is what the recording says of it: one that loses a lock is no longer wanted here, and a request of what would be
 * left is a new one, with witnesses of its own. One that is alike (lock_rings.c) is made no less exact either. When the recording knows all that
 * is left of it, it is written now, unless one was that said the same of those locks and witnesses; else it stays as it is, under the key that it
 * had, for which nobody asks any more, and there are no more of these than a ring that can be compared has.
 */

static void release_gone(struct dependencies *set, struct lock *lock)
{
	if (--lock->named == 0)
		lock_free(set->locks, lock);
}

static void dependency_free(struct dependencies *set, struct dependency *dependency)
{
	struct arena *arena = set->arena;

	dependency_write_witnesses(set, dependency);
	for (uint32_t i = 0; i < dependency->witness_count; i++)
		dependency_count_witness(set, dependency->witnesses[i], -1);
	set->witnesses -= dependency->witness_count;
	*dependency->back = dependency->next;
	if (dependency->next)
		dependency->next->back = dependency->back;
	for (uint32_t i = 0; i < dependency->count; i++) {
		if (dependency->held[i].lock->gone)
			release_gone(set, dependency->held[i].lock);
		else
			dependency_unlink_held(dependency, i);
	}
	if (hash_added(dependency))
		HASH_DELETE(hh, set->list, dependency);
	arena_free(arena, dependency->witnesses, dependency->witness_room * sizeof(*dependency->witnesses));
	arena_free(arena, dependency, dependency_size(dependency->room));
}

/* Was the lock held in that mode? */
static bool held_too(const struct dependency *dependency, const struct dependency_held *held)
{
	for (uint32_t i = 0; i < dependency->count; i++)
		if (dependency->held[i].lock == held->lock && dependency->held[i].mode == held->mode)
			return true;
	return false;
}

/* Of the locks that are gone only those stay that `other` held too. NULL: none. */
static void keep_common(struct dependencies *set, struct dependency *dependency, const struct dependency *other)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < dependency->count; i++) {
		struct dependency_held held = dependency->held[i];

		if (!held.lock->gone)
			dependency_unlink_held(dependency, i);
		if (held.lock->gone && !(other && held_too(other, &held)))
			release_gone(set, held.lock);
		else
			dependency->held[kept++] = held;
	}
	dependency->count = kept;
	for (uint32_t i = 0; i < kept; i++)
		if (!dependency->held[i].lock->gone)
			dependency_link_held(dependency, i);
}

struct dependency *retirement_find_bare(struct dependencies *set, uint64_t key)
{
	struct dependency *dependency;
	bool more = false;

	HASH_FIND(hh, set->list, &key, sizeof(key), dependency);
	for (uint32_t i = 0; dependency && i < dependency->count; i++)
		more |= dependency->held[i].lock->gone;
	if (!more)
		return dependency;
	if (!dependency->written && !dependency->alike) {
		keep_common(set, dependency, NULL);
		return dependency;
	}
	dependency_write_instance(set, dependency);
	dependency_free(set, dependency);
	return NULL;
}

/* The lock, of which `gone` is set already, becomes one of the past in the held set. Returns whether a living one is left. */
static bool part_with(struct dependency *dependency, struct lock *lock)
{
	bool left = false;

	for (uint32_t i = 0; i < dependency->count; i++) {
		if (dependency->held[i].lock == lock) {
			dependency_unlink_held(dependency, i);
			lock->named++;
		}
		left |= !dependency->held[i].lock->gone;
	}
	return left;
}

/* Does the recording know all of its locks that are left? */
static bool known_elsewhere(const struct dependency *dependency)
{
	bool known = dependency->lock->described;

	for (uint32_t i = 0; i < dependency->count; i++)
		known &= dependency->held[i].lock->gone || dependency->held[i].lock->described;
	return known;
}

/* Sees to it that the recording says of the locks that are left, and of these witnesses, what this one does. */
static void write_left(struct dependencies *set, struct dependency *dependency)
{
	if (!lock_rings_written_alike(set, dependency))
		dependency_write_instance(set, dependency);
}

static void shrink(struct dependencies *set, struct dependency *dependency, struct lock *lock)
{
	struct arena *arena = set->arena;
	struct dependency_request request;
	struct dependency *known;
	bool left = part_with(dependency, lock);

	if (left && dependency->alike && !known_elsewhere(dependency))
		return;
	if (left && (dependency->alike || dependency->written))
		write_left(set, dependency);
	if (!left || dependency->alike || dependency->written) {
		dependency_free(set, dependency);
		return;
	}
	request = dependency_request_of(dependency);
	HASH_DELETE(hh, set->list, dependency);
	dependency->hh.tbl = NULL;
	dependency->key = dependency_key(&request, false);
	HASH_FIND(hh, set->list, &dependency->key, sizeof(dependency->key), known);
	if (!known) {
		HASH_ADD(hh, set->list, key, sizeof(dependency->key), dependency);
		if (hash_added(dependency))
			return;
		atomic_fetch_add_explicit(&set->header->limits[LIMIT_LOST_MEMORY], 1, memory_order_relaxed);
	} else {
		keep_common(set, known, dependency);
		for (uint32_t i = 0; i < dependency->witness_count; i++)
			dependency_add_witness(set, known, dependency->witnesses[i]);
		if (!dependency->written)
			dependency_lose_witnesses(set, known, dependency->witnesses_lost);
	}
	dependency_free(set, dependency);
}

void dependency_retire(struct dependencies *set, struct lock_table *table, struct lock *lock)
{
	if (set) {
		set->locks = table;
		rows_retire(set, lock);
	}
	lock_remove(table, lock);
	if (set && lock->epoch == set->epoch) {
		lock->named++;
		/* Held sets first: who reads it again has it in his own. */
		while (lock->held)
			shrink(set, lock->held->owner, lock);
		while (lock->wanted)
			dependency_free(set, lock->wanted);
		order_remove_node(set->order, lock->node);
		set->owners[lock->node] = NULL;
		release_gone(set, lock);
		return;
	}
	lock_free(table, lock);
}
