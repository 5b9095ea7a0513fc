/* dependency.c: see dependency.h. */
#include "dependency.h"

#include <string.h>

struct dependency {
	uint64_t key; /* hash of the content; 64 bits, taken as unique */
	uint32_t id;
	bool written;
	uint8_t mode, how;
	uint32_t stack;
	struct lock *lock;
	struct dependency *next; /* of those that ask for the same lock */
	uint32_t count;
	uint32_t witness_count;
	struct witness {
		uint32_t thread, segment;
	} witnesses[DEPENDENCY_WITNESSES];
	UT_hash_handle hh;
	struct dependency_held held[];
};

/* What is known of a dependency among classes: that it was written. */
struct class_dependency {
	uint64_t key;
	UT_hash_handle hh;
};

bool dependencies_init(struct dependencies *set, struct arena *arena, const struct fact_sink *sink, struct recording_header *header,
		       uint32_t epoch)
{
	*set = (struct dependencies){.arena = arena, .notes = {.arena = arena}, .sink = sink, .header = header, .epoch = epoch};
	set->order = order_new(arena);
	return set->order != NULL;
}

static uint64_t request_key(const struct dependency_request *request, bool of_classes)
{
	uint64_t key = hash_mix(request->stack, (uint64_t)request->mode << 8 | request->how);

	key = hash_mix(key, of_classes ? request->lock->class->id : request->lock->id);
	for (uint32_t i = 0; i < request->count; i++) {
		const struct dependency_held *held = &request->held[i];

		key = hash_mix(key, of_classes ? held->lock->class->id : held->lock->id);
		key = hash_mix(key, (uint64_t)held->stack << 16 | held->mode << 8 | held->how);
	}
	return key;
}

/* ---- writing ---- */

/* A dependency with its held set, as a fact; among classes when flags say so. Built in the arena, for there is no bound on its size. */
static void write_dependency(struct dependencies *set, const struct dependency_request *request, uint32_t id, uint16_t flags)
{
	size_t size = sizeof(struct fact_dependency) + request->count * sizeof(struct fact_held);
	struct fact_dependency *fact = arena_alloc(set->arena, size);

	if (!fact) {
		atomic_fetch_add_explicit(&set->header->limits[LIMIT_LOST_MEMORY], 1, memory_order_relaxed);
		return;
	}
	fact->head = (struct fact){.size = size, .kind = FACT_DEPENDENCY, .flags = flags};
	fact->id = id;
	fact->process = set->epoch;
	fact->lock = flags & DEPENDENCY_CLASS ? request->lock->class->id : request->lock->id;
	fact->stack = request->stack;
	fact->mode = request->mode;
	fact->how = request->how;
	fact->count = request->count;
	for (uint32_t i = 0; i < request->count; i++) {
		const struct dependency_held *held = &request->held[i];

		fact->held[i].lock = flags & DEPENDENCY_CLASS ? held->lock->class->id : held->lock->id;
		fact->held[i].stack = held->stack;
		fact->held[i].mode = held->mode;
		fact->held[i].how = held->how;
	}
	set->sink->write(set->sink->ctx, &fact->head);
	arena_free(set->arena, fact, size);
}

static void write_witness(struct dependencies *set, const struct dependency *dependency, struct witness witness)
{
	struct fact_witness fact = {
		.head = {.size = sizeof(fact), .kind = FACT_WITNESS},
		.dependency = dependency->id,
		.thread = witness.thread,
		.segment = witness.segment,
	};

	note_write(note_find(&set->notes, witness.thread, 0), set->sink);
	note_write(note_find(&set->notes, witness.thread, witness.segment), set->sink);
	set->sink->write(set->sink->ctx, &fact.head);
}

static void write_instance(struct dependencies *set, struct dependency *dependency)
{
	struct dependency_request request = {
		.lock = dependency->lock,
		.stack = dependency->stack,
		.mode = dependency->mode,
		.how = dependency->how,
		.count = dependency->count,
		.held = dependency->held,
	};

	if (dependency->written)
		return;
	dependency->written = true;
	lock_describe(dependency->lock, set->sink);
	for (uint32_t i = 0; i < dependency->count; i++)
		lock_describe(dependency->held[i].lock, set->sink);
	write_dependency(set, &request, dependency->id, 0);
	for (uint32_t i = 0; i < dependency->witness_count; i++)
		write_witness(set, dependency, dependency->witnesses[i]);
}

static uint32_t next_dependency(struct dependencies *set)
{
	return atomic_fetch_add_explicit(&set->header->next_dependency, 1, memory_order_relaxed);
}

/* The dependency as one among classes, when that is new. */
static bool add_class_dependency(struct dependencies *set, const struct dependency_request *request)
{
	struct arena *arena = set->arena;
	uint64_t key = request_key(request, true);
	struct class_dependency *known;

	HASH_FIND(hh, set->classes, &key, sizeof(key), known);
	if (known)
		return true;
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
	write_dependency(set, request, next_dependency(set), DEPENDENCY_CLASS);
	atomic_fetch_add_explicit(&set->header->totals[TOTAL_DEPENDENCIES], 1, memory_order_relaxed);
	return true;
}

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

static bool lies_in_ring(struct dependencies *set, const struct dependency *dependency)
{
	for (uint32_t i = 0; i < dependency->count; i++)
		if (order_same_ring(set->order, dependency->held[i].lock->node, dependency->lock->node))
			return true;
	return false;
}

static void write_ring_member(void *ctx, uint32_t node)
{
	struct dependencies *set = ctx;
	struct lock *lock = set->owners[node];

	for (struct dependency *dependency = lock->wanted; dependency; dependency = dependency->next)
		if (!dependency->written && lies_in_ring(set, dependency))
			write_instance(set, dependency);
}

/* Enters the edges; a ring that closes is written whole. False: no memory. */
static bool add_edges(struct dependencies *set, struct dependency *dependency)
{
	bool ring = false;

	/* A try cannot wait, so it is no edge (DESIGN section 6): it stays known as a dependency among classes only. */
	if (dependency->how == LOCK_TRY)
		return true;
	for (uint32_t i = 0; i < dependency->count; i++) {
		enum order_result result = order_add_edge(set->order, dependency->held[i].lock->node, dependency->lock->node);

		if (result == ORDER_NO_MEMORY)
			return false;
		ring |= result == ORDER_RING;
	}
	if (ring)
		order_each_in_ring(set->order, dependency->lock->node, write_ring_member, set);
	else if (lies_in_ring(set, dependency) || touches_shared(dependency))
		write_instance(set, dependency);
	return true;
}

static bool nodes_ready(struct dependencies *set, const struct dependency_request *request)
{
	if (node_of(set, request->lock) == ORDER_NONE)
		return false;
	for (uint32_t i = 0; i < request->count; i++)
		if (node_of(set, request->held[i].lock) == ORDER_NONE)
			return false;
	return true;
}

static struct dependency *dependency_new(struct dependencies *set, const struct dependency_request *request, uint64_t key)
{
	struct arena *arena = set->arena;
	size_t size = sizeof(struct dependency) + request->count * sizeof(struct dependency_held);
	struct dependency *dependency;

	if (!nodes_ready(set, request))
		return NULL;
	dependency = arena_alloc(arena, size);
	if (!dependency)
		return NULL;
	dependency->key = key;
	dependency->lock = request->lock;
	dependency->stack = request->stack;
	dependency->mode = request->mode;
	dependency->how = request->how;
	dependency->count = request->count;
	memcpy(dependency->held, request->held, request->count * sizeof(*request->held));
	HASH_ADD(hh, set->list, key, sizeof(dependency->key), dependency);
	if (!hash_added(dependency)) {
		arena_free(arena, dependency, size);
		return NULL;
	}
	dependency->id = next_dependency(set);
	dependency->next = request->lock->wanted;
	request->lock->wanted = dependency;
	return dependency;
}

/* ---- witnesses ---- */

/* Where the new witness goes: a free place; when all are taken, that of a thread that is there twice, if the new thread is not there at
 * all (different threads first); else DEPENDENCY_WITNESSES. */
static uint32_t witness_place(const struct dependency *dependency, uint32_t thread)
{
	if (dependency->witness_count < DEPENDENCY_WITNESSES)
		return dependency->witness_count;
	for (uint32_t i = 0; i < DEPENDENCY_WITNESSES; i++)
		if (dependency->witnesses[i].thread == thread)
			return DEPENDENCY_WITNESSES;
	for (uint32_t i = 1; i < DEPENDENCY_WITNESSES; i++)
		for (uint32_t j = 0; j < i; j++)
			if (dependency->witnesses[i].thread == dependency->witnesses[j].thread)
				return i;
	return DEPENDENCY_WITNESSES;
}

/* Are all witnesses there, each of another thread? Then no further one can change a verdict on threads. */
static bool witnesses_full(const struct dependency *dependency)
{
	return dependency->witness_count == DEPENDENCY_WITNESSES && witness_place(dependency, UINT32_MAX) == DEPENDENCY_WITNESSES;
}

static void add_witness(struct dependencies *set, struct dependency *dependency, uint32_t thread, uint32_t segment)
{
	uint32_t place;

	for (uint32_t i = 0; i < dependency->witness_count; i++)
		if (dependency->witnesses[i].thread == thread && dependency->witnesses[i].segment == segment)
			return;
	place = witness_place(dependency, thread);
	if (place == DEPENDENCY_WITNESSES) {
		atomic_fetch_add_explicit(&set->header->limits[LIMIT_WITNESSES], 1, memory_order_relaxed);
		return;
	}
	dependency->witnesses[place] = (struct witness){.thread = thread, .segment = segment};
	if (place == dependency->witness_count)
		dependency->witness_count++;
	if (dependency->written)
		write_witness(set, dependency, dependency->witnesses[place]);
}

enum dependency_result dependency_add(struct dependencies *set, const struct dependency_request *request)
{
	uint64_t key = request_key(request, false);
	struct dependency *dependency;
	bool whole = true;

	HASH_FIND(hh, set->list, &key, sizeof(key), dependency);
	if (!dependency) {
		dependency = dependency_new(set, request, key);
		if (!dependency)
			return DEPENDENCY_NO_MEMORY;
		add_witness(set, dependency, request->thread, request->segment);
		whole = add_class_dependency(set, request);
		whole &= add_edges(set, dependency);
	} else {
		add_witness(set, dependency, request->thread, request->segment);
	}
	if (!whole)
		return DEPENDENCY_NO_MEMORY;
	return witnesses_full(dependency) ? DEPENDENCY_FULL : DEPENDENCY_OPEN;
}
