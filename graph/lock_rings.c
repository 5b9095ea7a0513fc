/* lock_rings.c: the order graph among instances, and what lies in its rings. See dependency_parts.h. */
#include <string.h>

#include "alike.h"
#include "dependency_parts.h"

#define RING_LOCKS 8 /* most locks, and dependencies among them, of a ring that is compared with others */
#define RING_MOST  32
#define RING_SEEN  256 /* dependencies looked at to find them */

/* ---- the order graph ---- */

static bool owners_reserve(struct dependencies *set, uint32_t node)
{
	uint32_t room = set->owners_room ? set->owners_room : 64;
	struct lock **owners;

	while (room <= node)
		room *= 2;
	if (room == set->owners_room)
		return true;
	owners = arena_alloc(set->arena, room * sizeof(*owners));
	if (!owners)
		return false;
	if (set->owners_room)
		memcpy(owners, set->owners, set->owners_room * sizeof(*owners));
	arena_free(set->arena, set->owners, set->owners_room * sizeof(*owners));
	set->owners = owners;
	set->owners_room = room;
	return true;
}

/* The lock's node in this process's graph; an earlier process's (before a fork) is forgotten. */
static uint32_t node_of(struct dependencies *set, struct lock *lock)
{
	uint32_t node;

	if (lock->epoch == set->epoch)
		return lock->node;
	node = order_add_node(set->order);
	if (node == ORDER_NONE)
		return ORDER_NONE;
	if (!owners_reserve(set, node)) {
		order_remove_node(set->order, node);
		return ORDER_NONE;
	}
	set->owners[node] = lock;
	lock->epoch = set->epoch;
	lock->node = node;
	lock->wanted = NULL;
	lock->held = NULL;
	lock->rows = NULL;
	lock->ring_unlike = false;
	return node;
}

static bool touches_shared(const struct dependency *dependency)
{
	if (dependency->lock->class->key.lock_flags & LOCK_PROCESS_SHARED)
		return true;
	for (uint32_t i = 0; i < dependency->count; i++)
		if (dependency->held[i].lock->class->key.lock_flags & LOCK_PROCESS_SHARED)
			return true;
	return false;
}

/* ---- readers behind writers (dependency.h) ---- */

static bool prefers_writers(const struct lock *lock)
{
	return lock->class->key.lock_kind == KIND_RWLOCK_WRITER;
}

static bool writes(const struct dependency *dependency)
{
	return dependency->mode == LOCK_EXCLUSIVE && dependency->how != LOCK_TRY && prefers_writers(dependency->lock);
}

/* The writers of a lock that lies in a ring, or that somebody reads twice; and him too. */
static void write_behind_writer(struct dependencies *set, struct lock *lock)
{
	bool reader = order_ring_size(set->order, lock->node) > 1, writer = false;

	for (struct dependency *dependency = lock->wanted; dependency; dependency = dependency->next) {
		reader |= dependency_reads_again(dependency);
		writer |= writes(dependency);
	}
	for (struct dependency *dependency = lock->wanted; dependency && reader && writer; dependency = dependency->next)
		if (writes(dependency) || dependency_reads_again(dependency))
			dependency_write_instance(set, dependency);
}

/* A try cannot wait, so it is no edge (DESIGN section 6), and in no ring: it stays known as a dependency among classes only. */
static bool lies_in_ring(struct dependencies *set, const struct dependency *dependency)
{
	for (uint32_t i = 0; i < dependency->count && dependency->how != LOCK_TRY; i++)
		if (!dependency->held[i].lock->gone && dependency->held[i].lock != dependency->lock &&
		    order_same_ring(set->order, dependency->held[i].lock->node, dependency->lock->node))
			return true;
	return false;
}

/* ---- rings ---- */

/*
 * What lies in a ring is written, with all of the ring; but of rings that look alike (alike.h) only the first few. Each time that there is a
 * new dependency in a ring, or a new witness of one that is not written, all of it is looked at anew: as soon as it looks like no other it is
 * written whole. So of every ring there was, at every time, the recording has one of which the same is true.
 */
struct ring {
	struct dependencies *set;
	bool unlike; /* it cannot be compared: too large, or other processes have to know of it */
	uint32_t count, seen;
	struct dependency *members[RING_MOST]; /* in the order in which they came */
};

static void ring_add(struct ring *ring, struct dependency *dependency)
{
	uint32_t at = ring->count;

	ring->unlike |= at == RING_MOST || dependency->witness_count == DEPENDENCY_WITNESSES || touches_shared(dependency);
	if (ring->unlike)
		return;
	for (; at > 0 && ring->members[at - 1]->id > dependency->id; at--)
		ring->members[at] = ring->members[at - 1];
	ring->members[at] = dependency;
	ring->count++;
}

static void ring_collect(void *ctx, uint32_t node)
{
	struct ring *ring = ctx;
	struct lock *lock = ring->set->owners[node];

	ring->unlike |= lock->ring_unlike;
	for (struct dependency *dependency = lock->wanted; dependency && !ring->unlike; dependency = dependency->next) {
		ring->unlike |= ring->seen++ == RING_SEEN;
		if (lies_in_ring(ring->set, dependency))
			ring_add(ring, dependency);
	}
}

/* How often a ring that looks like this one was written. NULL: it cannot be told. */
static uint32_t *ring_count(struct ring *ring)
{
	struct dependencies *set = ring->set;
	struct alike alike = {0};

	if (!set->alike)
		set->alike = arena_alloc(set->arena, sizeof(*set->alike));
	if (!set->alike)
		return NULL;
	for (uint32_t i = 0; i < ring->count; i++) {
		const struct dependency *dependency = ring->members[i];
		struct dependency_request request = dependency_request_of(dependency);

		alike_add(&alike, &request);
		for (uint32_t j = 0; j < dependency->witness_count; j++)
			alike_add_witness(&alike, &set->notes, dependency->witnesses[j].thread, dependency->witnesses[j].segment);
	}
	return alike_count(set->alike, &alike);
}

bool lock_rings_written_alike(struct dependencies *set, struct dependency *dependency)
{
	struct dependency_request request = dependency_request_of(dependency);
	struct alike alike = {0};
	bool written = set->alike != NULL;

	if (dependency->written && dependency->told)
		return true;
	dependency->told = true;
	alike_add(&alike, &request);
	for (uint32_t i = 0; i < dependency->witness_count && set->alike; i++) {
		struct witness witness = dependency->witnesses[i];
		enum alike_news news = alike_news(set->alike, &alike, witness.thread, witness.segment);

		written &= news != ALIKE_NEW;
		if (news == ALIKE_LOST && !dependency->written && !dependency->alike)
			atomic_fetch_add_explicit(&set->header->limits[LIMIT_WITNESSES], 1, memory_order_relaxed);
	}
	return written;
}

/* Does it lead from one lock that the recording knows to another? Then what is there of the two, of locks that are gone by now, may make a ring
 * with it. */
static bool joins_known(const struct dependency *dependency)
{
	bool known = false;

	for (uint32_t i = 0; i < dependency->count && dependency->lock->described; i++)
		known |= !dependency->held[i].lock->gone && dependency->held[i].lock->described;
	return known;
}

/* Can nothing new come of the ring, which looks like others that are written? */
static bool ring_is_old(const struct ring *ring)
{
	bool old = true;

	for (uint32_t i = 0; i < ring->count; i++) {
		struct dependency *dependency = ring->members[i];

		if (!dependency->written && joins_known(dependency))
			old &= lock_rings_written_alike(ring->set, dependency);
	}
	return old;
}

static void write_ring_member(void *ctx, uint32_t node)
{
	struct ring *ring = ctx;
	struct lock *lock = ring->set->owners[node];

	lock->ring_unlike |= ring->unlike;
	for (struct dependency *dependency = lock->wanted; dependency; dependency = dependency->next) {
		if (!dependency->written && lies_in_ring(ring->set, dependency))
			dependency_write_instance(ring->set, dependency);
		dependency_write_witnesses(ring->set, dependency);
	}
	if (prefers_writers(lock))
		write_behind_writer(ring->set, lock);
}

/* A lock that was in a smaller part of what is one ring now: also what leads from it into the others. */
static void write_joined(void *ctx, uint32_t node)
{
	struct ring *ring = ctx;

	write_ring_member(ring, node);
	for (struct holding *holding = ring->set->owners[node]->held; holding; holding = holding->next)
		if (!holding->owner->written && lies_in_ring(ring->set, holding->owner))
			dependency_write_instance(ring->set, holding->owner);
}

/* All of a ring, or what is new: when it grew once, and the largest of its parts is written already. */
static void ring_write(struct ring *ring, uint32_t node, uint64_t grown)
{
	struct dependencies *set = ring->set;
	uint32_t from = order_grown_from(set->order);

	if (ring->unlike && grown == 1 && set->moved == 0 && from != ORDER_NONE && set->owners[from]->ring_unlike)
		order_each_joined(set->order, write_joined, ring);
	else
		order_each_in_ring(set->order, node, write_ring_member, ring);
}

void lock_rings_changed(struct dependencies *set, struct dependency *dependency, bool edge, uint64_t grown)
{
	uint32_t node = dependency->lock->node, *count;
	struct ring ring = {.set = set};

	/* All that was in there before is written. */
	if (dependency->lock->ring_unlike && (!edge || (grown == 0 && set->moved == 0))) {
		dependency_write_instance(set, dependency);
		return;
	}
	ring.unlike = order_ring_size(set->order, node) > RING_LOCKS;
	if (!ring.unlike)
		order_each_in_ring(set->order, node, ring_collect, &ring);
	count = ring.unlike ? NULL : ring_count(&ring);
	if (count && *count >= set->copies && ring_is_old(&ring)) {
		for (uint32_t i = 0; i < ring.count; i++)
			if (!ring.members[i]->written)
				dependency_count_alike(set, ring.members[i], true);
		return;
	}
	ring_write(&ring, node, grown);
	if (count)
		++*count;
}

bool lock_rings_add(struct dependencies *set, struct dependency *dependency)
{
	/* What he asks for he has: he waits for writers alone. */
	uint32_t count = dependency_reads_again(dependency) ? 0 : dependency->count;
	uint64_t grown = order_rings_grown(set->order);
	bool ring = false, whole = true;

	if (dependency->how == LOCK_TRY)
		return true;
	for (uint32_t i = 0; i < count; i++) {
		enum order_result result = order_add_edge(set->order, dependency->held[i].lock->node, dependency->lock->node);

		whole &= result != ORDER_NO_MEMORY;
		ring |= result == ORDER_RING;
	}
	if (touches_shared(dependency))
		dependency_write_instance(set, dependency);
	if (ring || lies_in_ring(set, dependency))
		lock_rings_changed(set, dependency, ring, order_rings_grown(set->order) - grown);
	if (prefers_writers(dependency->lock))
		write_behind_writer(set, dependency->lock);
	return whole;
}

bool lock_rings_nodes(struct dependencies *set, const struct dependency_request *request)
{
	if (node_of(set, request->lock) == ORDER_NONE)
		return false;
	for (uint32_t i = 0; i < request->count; i++)
		if (node_of(set, request->held[i].lock) == ORDER_NONE)
			return false;
	return true;
}

/* What is declared is seen in no dependency: rings that it is a part of are compared with no others. */
bool dependency_declare(struct dependencies *set, struct lock *before, struct lock *after)
{
	struct ring ring = {.set = set, .unlike = true};
	enum order_result result;

	if (node_of(set, before) == ORDER_NONE || node_of(set, after) == ORDER_NONE)
		return false;
	/* Among classes first: what rows have of a ring is to be seen. */
	if (!class_order_added(set, class_order_add(set, before->class, after->class)))
		return false;
	result = order_add_edge(set->order, before->node, after->node);
	/* The rings that they lie in, now one perhaps: all of it, and what comes later (ring_unlike). */
	order_each_in_ring(set->order, before->node, write_ring_member, &ring);
	order_each_in_ring(set->order, after->node, write_ring_member, &ring);
	return result != ORDER_NO_MEMORY;
}
