/* dependency.c: see dependency.h. */
#include "dependency.h"

#include <string.h>

#include "alike.h"

#define RING_LOCKS 8 /* most locks, and dependencies among them, of a ring that is compared with others */
#define RING_MOST  32
#define RING_SEEN  256 /* dependencies looked at to find them */

/* A program with thousands of locks has hundreds of thousands of these: with the places of two held locks they fill 216 bytes. */
struct dependency {
	uint64_t key; /* hash of the content, but for locks that are gone; 64 bits, taken as unique */
	UT_hash_handle hh;
	struct lock *lock;
	struct dependency *next, **back; /* of those that ask for the same lock */
	struct dependency_held *held;	 /* behind the links; `count` of them, some of locks that are gone (see "retirement") */
	struct witness {
		uint32_t thread, segment;
		uint64_t when;
	} * witnesses; /* room for `witness_room` */
	uint32_t id;
	uint32_t stack;
	uint32_t room; /* places in `held`; as it was allocated */
	uint32_t count;
	uint32_t moves;		 /* of a witness to a later segment of its thread */
	uint32_t witnesses_lost; /* not counted as lost before it is written: of what lies in no ring they are not missed */
	uint16_t
		unwritten; /* places of those that moved and were not written: each power of two of moves is, and what is left at the end */
	uint8_t witness_count, witness_room;
	uint8_t mode, how;
	bool written : 1;
	bool told : 1;	/* alike_news was asked */
	bool cut : 1;	/* more locks were held than these */
	bool alike : 1; /* in a ring just like others that are written, and so not written itself (see "rings") */
	struct holding {
		struct dependency *owner;
		struct holding *next, **back; /* of those of the same lock, whichever place in `held` it has */
	} links[];
};
_Static_assert(sizeof(struct dependency) == 136, "struct dependency");

/* What is known of a dependency among classes: that it was written. */
struct class_dependency {
	uint64_t key;
	UT_hash_handle hh;
};

bool dependencies_init(struct dependencies *set, struct arena *arena, const struct fact_sink *sink, struct recording_header *header,
		       uint32_t epoch)
{
	*set = (struct dependencies){.arena = arena, .notes = {.arena = arena}, .sink = sink, .header = header, .epoch = epoch};
	set->copies = ALIKE_COPIES;
	set->rows.tries_wanted = ROW_TRIES;
	set->order = order_new(arena);
	set->class_order = order_new(arena);
	return set->order && set->class_order;
}

static uint64_t request_key(const struct dependency_request *request, bool of_classes)
{
	uint64_t key = hash_mix(request->stack, (uint64_t)request->cut << 16 | (uint64_t)request->mode << 8 | request->how);

	key = hash_mix(key, of_classes ? request->lock->class->id : request->lock->id);
	for (uint32_t i = 0; i < request->count; i++) {
		const struct dependency_held *held = &request->held[i];

		if (held->lock->gone)
			continue;
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
	fact->head = (struct fact){.size = size, .kind = FACT_DEPENDENCY, .flags = flags | (request->cut ? DEPENDENCY_CUT : 0)};
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
		.when = witness.when,
	};

	note_write(note_find(&set->notes, witness.thread, 0), set->sink);
	note_write(note_find(&set->notes, witness.thread, NOTE_GATES), set->sink);
	note_write(note_find(&set->notes, witness.thread, witness.segment), set->sink);
	set->sink->write(set->sink->ctx, &fact.head);
}

static void write_moved(struct dependencies *set, struct dependency *dependency)
{
	for (uint32_t i = 0; i < DEPENDENCY_WITNESSES && dependency->written; i++)
		if (dependency->unwritten & 1u << i)
			write_witness(set, dependency, dependency->witnesses[i]);
	set->moved -= dependency->written && dependency->unwritten;
	dependency->unwritten = 0;
}

/* What it was asked with, but for the witness. */
static struct dependency_request request_of(const struct dependency *dependency)
{
	return (struct dependency_request){
		.lock = dependency->lock,
		.stack = dependency->stack,
		.mode = dependency->mode,
		.how = dependency->how,
		.cut = dependency->cut,
		.count = dependency->count,
		.held = dependency->held,
	};
}

static void lose_witnesses(struct dependencies *set, struct dependency *dependency, uint32_t count)
{
	if (dependency->written)
		atomic_fetch_add_explicit(&set->header->limits[LIMIT_WITNESSES], count, memory_order_relaxed);
	else
		dependency->witnesses_lost += count;
}

static void count_alike(struct dependencies *set, struct dependency *dependency, bool alike)
{
	_Atomic uint64_t *limit = &set->header->limits[LIMIT_ALIKE];

	if (dependency->alike != alike)
		atomic_fetch_add_explicit(limit, alike ? 1 : (uint64_t)-1, memory_order_relaxed);
	dependency->alike = alike;
}

static void write_instance(struct dependencies *set, struct dependency *dependency)
{
	struct dependency_request request = request_of(dependency);

	if (dependency->written)
		return;
	dependency->written = true;
	if (dependency->alike)
		count_alike(set, dependency, false);
	lose_witnesses(set, dependency, dependency->witnesses_lost);
	lock_describe(dependency->lock, set->sink);
	for (uint32_t i = 0; i < dependency->count; i++)
		lock_describe(dependency->held[i].lock, set->sink);
	write_dependency(set, &request, dependency->id, 0);
	for (uint32_t i = 0; i < dependency->witness_count; i++)
		write_witness(set, dependency, dependency->witnesses[i]);
	dependency->unwritten = 0;
}

static uint32_t next_dependency(struct dependencies *set)
{
	return atomic_fetch_add_explicit(&set->header->next_dependency, 1, memory_order_relaxed);
}

/* ---- the order of classes ---- */

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

static enum order_result add_class_edge(struct dependencies *set, struct lock_class *before, struct lock_class *after)
{
	uint32_t from = class_node(set, before), to = class_node(set, after);

	if (from == ORDER_NONE || to == ORDER_NONE)
		return ORDER_NO_MEMORY;
	return from == to ? ORDER_KNOWN : order_add_edge(set->class_order, from, to);
}

/* What a new edge among classes means for rows. False: no memory. */
static bool class_edge_added(struct dependencies *set, enum order_result result)
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
		enum order_result result = add_class_edge(set, request->held[i].lock->class, request->lock->class);

		whole = result != ORDER_NO_MEMORY;
		ring |= result == ORDER_RING;
	}
	if (!whole)
		rows_close_all(set);
	else if (ring)
		rows_close_rings(set);
	return whole;
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

static bool reads_again(const struct dependency *dependency)
{
	for (uint32_t i = 0; i < dependency->count; i++)
		if (dependency->held[i].lock == dependency->lock)
			return true;
	return false;
}

static bool writes(const struct dependency *dependency)
{
	return dependency->mode == LOCK_EXCLUSIVE && dependency->how != LOCK_TRY && prefers_writers(dependency->lock);
}

static void write_instance(struct dependencies *set, struct dependency *dependency);

/* The writers of a lock that lies in a ring, or that somebody reads twice; and him too. */
static void write_behind_writer(struct dependencies *set, struct lock *lock)
{
	bool reader = order_ring_size(set->order, lock->node) > 1, writer = false;

	for (struct dependency *dependency = lock->wanted; dependency; dependency = dependency->next) {
		reader |= reads_again(dependency);
		writer |= writes(dependency);
	}
	for (struct dependency *dependency = lock->wanted; dependency && reader && writer; dependency = dependency->next)
		if (writes(dependency) || reads_again(dependency))
			write_instance(set, dependency);
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
		struct dependency_request request = request_of(dependency);

		alike_add(&alike, &request);
		for (uint32_t j = 0; j < dependency->witness_count; j++)
			alike_add_witness(&alike, &set->notes, dependency->witnesses[j].thread, dependency->witnesses[j].segment);
	}
	return alike_count(set->alike, &alike);
}

/* Was one written that says the same of all locks which the recording knows, by each of these witnesses? Or is not to be: there are enough. */
static bool written_alike(struct dependencies *set, struct dependency *dependency)
{
	struct dependency_request request = request_of(dependency);
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
			old &= written_alike(ring->set, dependency);
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
			write_instance(ring->set, dependency);
		write_moved(ring->set, dependency);
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
			write_instance(ring->set, holding->owner);
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

/* The dependency, or a witness of it, is new in its ring. `edge`: so is a link; `grown`: how often the ring grew by it, 0: it is as it was. */
static void ring_changed(struct dependencies *set, struct dependency *dependency, bool edge, uint64_t grown)
{
	uint32_t node = dependency->lock->node, *count;
	struct ring ring = {.set = set};

	/* All that was in there before is written. */
	if (dependency->lock->ring_unlike && (!edge || (grown == 0 && set->moved == 0))) {
		write_instance(set, dependency);
		return;
	}
	ring.unlike = order_ring_size(set->order, node) > RING_LOCKS;
	if (!ring.unlike)
		order_each_in_ring(set->order, node, ring_collect, &ring);
	count = ring.unlike ? NULL : ring_count(&ring);
	if (count && *count >= set->copies && ring_is_old(&ring)) {
		for (uint32_t i = 0; i < ring.count; i++)
			if (!ring.members[i]->written)
				count_alike(set, ring.members[i], true);
		return;
	}
	ring_write(&ring, node, grown);
	if (count)
		++*count;
}

/* Enters the edges; a ring that closes is written whole. False: no memory for all of them. */
static bool add_edges(struct dependencies *set, struct dependency *dependency)
{
	/* What he asks for he has: he waits for writers alone. */
	uint32_t count = reads_again(dependency) ? 0 : dependency->count;
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
		write_instance(set, dependency);
	if (ring || lies_in_ring(set, dependency))
		ring_changed(set, dependency, ring, order_rings_grown(set->order) - grown);
	if (prefers_writers(dependency->lock))
		write_behind_writer(set, dependency->lock);
	return whole;
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

/* What is declared is seen in no dependency: rings that it is a part of are compared with no others. */
bool dependency_declare(struct dependencies *set, struct lock *before, struct lock *after)
{
	struct ring ring = {.set = set, .unlike = true};
	enum order_result result;

	if (node_of(set, before) == ORDER_NONE || node_of(set, after) == ORDER_NONE)
		return false;
	/* Among classes first: what rows have of a ring is to be seen. */
	if (!class_edge_added(set, add_class_edge(set, before->class, after->class)))
		return false;
	result = order_add_edge(set->order, before->node, after->node);
	/* The rings that they lie in, now one perhaps: all of it, and what comes later (ring_unlike). */
	order_each_in_ring(set->order, before->node, write_ring_member, &ring);
	order_each_in_ring(set->order, after->node, write_ring_member, &ring);
	return result != ORDER_NO_MEMORY;
}

/* Its dependencies lead from and to its former class: both are one, as far as rings are concerned. */
void dependency_change_class(struct dependencies *set, struct lock *lock, struct lock_class *class)
{
	rows_leave(set, lock);
	if (lock->epoch == set->epoch) {
		class_edge_added(set, add_class_edge(set, lock->class, class));
		class_edge_added(set, add_class_edge(set, class, lock->class));
	}
}

#define FIRST_WITNESSES 2u /* room for them, doubled up to DEPENDENCY_WITNESSES */

static size_t size_for(uint32_t room)
{
	return sizeof(struct dependency) + room * (sizeof(struct holding) + sizeof(struct dependency_held));
}

static void link_wanted(struct dependency *dependency)
{
	struct dependency **head = &dependency->lock->wanted;

	dependency->next = *head;
	dependency->back = head;
	if (*head)
		(*head)->back = &dependency->next;
	*head = dependency;
}

static void link_held(struct dependency *dependency, uint32_t i)
{
	struct holding *link = &dependency->links[i], **head = &dependency->held[i].lock->held;

	*link = (struct holding){.owner = dependency, .next = *head, .back = head};
	if (*head)
		(*head)->back = &link->next;
	*head = link;
}

static void unlink_held(struct dependency *dependency, uint32_t i)
{
	struct holding *link = &dependency->links[i];

	*link->back = link->next;
	if (link->next)
		link->next->back = link->back;
}

static struct dependency *dependency_new(struct dependencies *set, const struct dependency_request *request, uint64_t key)
{
	struct arena *arena = set->arena;
	struct dependency *dependency;
	struct witness *witnesses;

	if (!nodes_ready(set, request))
		return NULL;
	witnesses = arena_alloc(arena, FIRST_WITNESSES * sizeof(*witnesses));
	if (!witnesses)
		return NULL;
	dependency = arena_alloc(arena, size_for(request->count));
	if (!dependency) {
		arena_free(arena, witnesses, FIRST_WITNESSES * sizeof(*witnesses));
		return NULL;
	}
	*dependency = (struct dependency){.key = key,
					  .lock = request->lock,
					  .stack = request->stack,
					  .mode = request->mode,
					  .how = request->how,
					  .cut = request->cut,
					  .witnesses = witnesses,
					  .witness_room = FIRST_WITNESSES,
					  .room = request->count,
					  .count = request->count,
					  .held = (struct dependency_held *)(dependency->links + request->count)};
	memcpy(dependency->held, request->held, request->count * sizeof(*request->held));
	HASH_ADD(hh, set->list, key, sizeof(dependency->key), dependency);
	if (!hash_added(dependency)) {
		arena_free(arena, witnesses, FIRST_WITNESSES * sizeof(*witnesses));
		arena_free(arena, dependency, size_for(dependency->room));
		return NULL;
	}
	dependency->id = next_dependency(set);
	link_wanted(dependency);
	for (uint32_t i = 0; i < dependency->count; i++)
		link_held(dependency, i);
	return dependency;
}

/* ---- witnesses ---- */

/* Of the thread's several witnesses the one in its latest segment; DEPENDENCY_WITNESSES: it has one at most. */
static uint32_t latest_of(const struct dependency *dependency, uint32_t thread)
{
	uint32_t latest = DEPENDENCY_WITNESSES, count = 0;

	for (uint32_t i = 0; i < DEPENDENCY_WITNESSES; i++) {
		if (dependency->witnesses[i].thread != thread)
			continue;
		count++;
		if (latest == DEPENDENCY_WITNESSES || dependency->witnesses[i].segment > dependency->witnesses[latest].segment)
			latest = i;
	}
	return count > 1 ? latest : DEPENDENCY_WITNESSES;
}

static bool has_thread(const struct dependency *dependency, uint32_t thread)
{
	for (uint32_t i = 0; i < DEPENDENCY_WITNESSES; i++)
		if (dependency->witnesses[i].thread == thread)
			return true;
	return false;
}

/* Where the new witness goes: a free place; when all are taken, that of a thread that is there twice, if the new thread is not there at
 * all (different threads first), else that of the thread's latest segment: what lies before its first ones may not lie before this one. Else
 * DEPENDENCY_WITNESSES. */
static uint32_t witness_place(const struct dependency *dependency, uint32_t thread)
{
	if (dependency->witness_count < DEPENDENCY_WITNESSES)
		return dependency->witness_count;
	if (has_thread(dependency, thread))
		return dependency->alike ? DEPENDENCY_WITNESSES : latest_of(dependency, thread);
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

static bool has_witness(const struct dependency *dependency, struct witness witness)
{
	for (uint32_t i = 0; i < dependency->witness_count; i++)
		if (dependency->witnesses[i].thread == witness.thread && dependency->witnesses[i].segment == witness.segment)
			return true;
	return false;
}

/* The notes of its thread and segment are needed once more, or less. */
static void count_witness(struct dependencies *set, struct witness witness, int change)
{
	note_count(&set->notes, witness.thread, witness.segment, change);
	if (change < 0)
		dependency_drop_notes(set, witness.thread, witness.segment);
}

/* Room for one more, if it may have that many. */
static bool witnesses_reserve(struct dependencies *set, struct dependency *dependency)
{
	size_t size = dependency->witness_room * sizeof(*dependency->witnesses);
	struct witness *witnesses;

	if (dependency->witness_count < dependency->witness_room || dependency->witness_room == DEPENDENCY_WITNESSES)
		return true;
	witnesses = arena_alloc(set->arena, 2 * size);
	if (!witnesses)
		return false;
	memcpy(witnesses, dependency->witnesses, size);
	arena_free(set->arena, dependency->witnesses, size);
	dependency->witnesses = witnesses;
	dependency->witness_room *= 2;
	return true;
}

/* Returns whether it is new. One that finds no memory is counted. */
static bool add_witness(struct dependencies *set, struct dependency *dependency, struct witness witness)
{
	bool moved = false;
	uint32_t place;

	for (uint32_t i = 0; i < dependency->witness_count; i++) {
		struct witness *known = &dependency->witnesses[i];

		if (known->thread == witness.thread && known->segment == witness.segment) {
			known->when = witness.when < known->when ? witness.when : known->when;
			return false;
		}
	}
	if (!witnesses_reserve(set, dependency)) {
		atomic_fetch_add_explicit(&set->header->limits[LIMIT_LOST_MEMORY], 1, memory_order_relaxed);
		return false;
	}
	place = witness_place(dependency, witness.thread);
	if (place == DEPENDENCY_WITNESSES) {
		lose_witnesses(set, dependency, 1);
		return false;
	}
	if (place == dependency->witness_count) {
		dependency->witness_count++;
		set->witnesses++;
	} else {
		moved = dependency->witnesses[place].thread == witness.thread;
		count_witness(set, dependency->witnesses[place], -1);
	}
	dependency->witnesses[place] = witness;
	count_witness(set, dependency->witnesses[place], 1);
	dependency->moves += moved;
	if (moved)
		lose_witnesses(set, dependency, 1);
	if (moved && (dependency->moves & (dependency->moves - 1))) {
		set->moved += dependency->written && !dependency->unwritten;
		dependency->unwritten |= (uint16_t)(1u << place);
	} else if (dependency->written)
		write_witness(set, dependency, dependency->witnesses[place]);
	return true;
}

/* ---- retirement ---- */

/*
 * What was asked for while a lock was held that is gone now, and others that are not, still counts for those. It is kept under the content that
 * is left, so that dependencies become one that differed in such locks only. That the lock was held is kept too, for it can be a gate: two
 * that were done under one and the same lock never ran at once, whatever became of it. Of dependencies that become one only what all of them
 * held can be one. A lock that is gone lives on, for its number, as long as held sets name it.
 *
 * Once written, a dependency is what the recording says of it: one that loses a lock is no longer wanted here, and a request of what would be
 * left is a new one, with witnesses of its own. One that is alike (see "rings") is made no less exact either. When the recording knows all that
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

	write_moved(set, dependency);
	for (uint32_t i = 0; i < dependency->witness_count; i++)
		count_witness(set, dependency->witnesses[i], -1);
	set->witnesses -= dependency->witness_count;
	*dependency->back = dependency->next;
	if (dependency->next)
		dependency->next->back = dependency->back;
	for (uint32_t i = 0; i < dependency->count; i++) {
		if (dependency->held[i].lock->gone)
			release_gone(set, dependency->held[i].lock);
		else
			unlink_held(dependency, i);
	}
	if (hash_added(dependency))
		HASH_DELETE(hh, set->list, dependency);
	arena_free(arena, dependency->witnesses, dependency->witness_room * sizeof(*dependency->witnesses));
	arena_free(arena, dependency, size_for(dependency->room));
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
			unlink_held(dependency, i);
		if (held.lock->gone && !(other && held_too(other, &held)))
			release_gone(set, held.lock);
		else
			dependency->held[kept++] = held;
	}
	dependency->count = kept;
	for (uint32_t i = 0; i < kept; i++)
		if (!dependency->held[i].lock->gone)
			link_held(dependency, i);
}

/* The dependency of that key, for a request that holds living locks only; NULL: there is none yet. */
static struct dependency *find_bare(struct dependencies *set, uint64_t key)
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
	write_instance(set, dependency);
	dependency_free(set, dependency);
	return NULL;
}

/* The lock, of which `gone` is set already, becomes one of the past in the held set. Returns whether a living one is left. */
static bool part_with(struct dependency *dependency, struct lock *lock)
{
	bool left = false;

	for (uint32_t i = 0; i < dependency->count; i++) {
		if (dependency->held[i].lock == lock) {
			unlink_held(dependency, i);
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
	if (!written_alike(set, dependency))
		write_instance(set, dependency);
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
	request = request_of(dependency);
	HASH_DELETE(hh, set->list, dependency);
	dependency->hh.tbl = NULL;
	dependency->key = request_key(&request, false);
	HASH_FIND(hh, set->list, &dependency->key, sizeof(dependency->key), known);
	if (!known) {
		HASH_ADD(hh, set->list, key, sizeof(dependency->key), dependency);
		if (hash_added(dependency))
			return;
		atomic_fetch_add_explicit(&set->header->limits[LIMIT_LOST_MEMORY], 1, memory_order_relaxed);
	} else {
		keep_common(set, known, dependency);
		for (uint32_t i = 0; i < dependency->witness_count; i++)
			add_witness(set, known, dependency->witnesses[i]);
		if (!dependency->written)
			lose_witnesses(set, known, dependency->witnesses_lost);
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

/* ---- requests ---- */

enum dependency_result dependency_add(struct dependencies *set, const struct dependency_request *request)
{
	uint64_t key = request_key(request, false);
	const struct witness witness = {request->thread, request->segment, request->when};
	struct dependency *dependency = find_bare(set, key);
	bool whole = true;

	if (!dependency) {
		dependency = dependency_new(set, request, key);
		if (!dependency)
			return DEPENDENCY_NO_MEMORY;
		add_witness(set, dependency, witness);
		whole = request->count == 0 || reads_again(dependency) || add_class_dependency(set, request);
		whole &= add_edges(set, dependency);
	} else {
		if (add_witness(set, dependency, witness) && dependency->alike)
			ring_changed(set, dependency, false, 0);
	}
	if (!whole)
		return DEPENDENCY_NO_MEMORY;
	if (!witnesses_full(dependency))
		return DEPENDENCY_OPEN;
	return has_witness(dependency, witness) ? DEPENDENCY_FULL : DEPENDENCY_LOST;
}

void dependency_write_moved(struct dependencies *set)
{
	for (struct dependency *dependency = set->list; dependency; dependency = dependency->hh.next)
		write_moved(set, dependency);
}

/* ---- notes ---- */

bool dependency_has_witness(struct dependencies *set, uint32_t thread)
{
	const struct note *note = note_find(&set->notes, thread, 0);

	return note && (note->witnesses || note->written);
}

void dependency_drop_notes(struct dependencies *set, uint32_t thread, uint32_t segment)
{
	note_drop(&set->notes, note_find(&set->notes, thread, 0));
	note_drop(&set->notes, note_find(&set->notes, thread, segment));
	if (!note_find(&set->notes, thread, 0))
		note_drop(&set->notes, note_find(&set->notes, thread, NOTE_GATES));
}

void dependency_add_gates(struct dependencies *set, const struct fact_gates *gates)
{
	const struct note *thread = note_find(&set->notes, gates->thread, 0);
	struct note *note = thread ? note_add(&set->notes, gates->thread, NOTE_GATES, &gates->head) : NULL;

	/* Without memory it is written in any case: who does not know of a gate reports what it keeps apart. */
	if (thread && !note)
		set->sink->write(set->sink->ctx, &gates->head);
	else if (thread && thread->written)
		note_write(note, set->sink);
}
