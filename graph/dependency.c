/* dependency.c: see dependency.h. */
#include <string.h>

#include "alike.h"
#include "dependency_parts.h"

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

uint64_t dependency_key(const struct dependency_request *request, bool of_classes)
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

bool dependency_reads_again(const struct dependency *dependency)
{
	for (uint32_t i = 0; i < dependency->count; i++)
		if (dependency->held[i].lock == dependency->lock)
			return true;
	return false;
}

/* ---- writing ---- */

/* Built in the arena, for there is no bound on its size. */
void dependency_write(struct dependencies *set, const struct dependency_request *request, uint32_t id, uint16_t flags)
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

void dependency_write_witnesses(struct dependencies *set, struct dependency *dependency)
{
	for (uint32_t i = 0; i < DEPENDENCY_WITNESSES && dependency->written; i++)
		if (dependency->unwritten & 1u << i)
			write_witness(set, dependency, dependency->witnesses[i]);
	set->moved -= dependency->written && dependency->unwritten;
	dependency->unwritten = 0;
}

struct dependency_request dependency_request_of(const struct dependency *dependency)
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

void dependency_lose_witnesses(struct dependencies *set, struct dependency *dependency, uint32_t count)
{
	if (dependency->written)
		atomic_fetch_add_explicit(&set->header->limits[LIMIT_WITNESSES], count, memory_order_relaxed);
	else
		dependency->witnesses_lost += count;
}

void dependency_count_alike(struct dependencies *set, struct dependency *dependency, bool alike)
{
	_Atomic uint64_t *limit = &set->header->limits[LIMIT_ALIKE];

	if (dependency->alike != alike)
		atomic_fetch_add_explicit(limit, alike ? 1 : (uint64_t)-1, memory_order_relaxed);
	dependency->alike = alike;
}

void dependency_write_instance(struct dependencies *set, struct dependency *dependency)
{
	struct dependency_request request = dependency_request_of(dependency);

	if (dependency->written)
		return;
	dependency->written = true;
	if (dependency->alike)
		dependency_count_alike(set, dependency, false);
	dependency_lose_witnesses(set, dependency, dependency->witnesses_lost);
	lock_describe(dependency->lock, set->sink);
	for (uint32_t i = 0; i < dependency->count; i++)
		lock_describe(dependency->held[i].lock, set->sink);
	dependency_write(set, &request, dependency->id, 0);
	for (uint32_t i = 0; i < dependency->witness_count; i++)
		write_witness(set, dependency, dependency->witnesses[i]);
	dependency->unwritten = 0;
}

uint32_t dependency_number(struct dependencies *set)
{
	return atomic_fetch_add_explicit(&set->header->next_dependency, 1, memory_order_relaxed);
}

#define FIRST_WITNESSES 2u /* room for them, doubled up to DEPENDENCY_WITNESSES */

size_t dependency_size(uint32_t room)
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

void dependency_link_held(struct dependency *dependency, uint32_t i)
{
	struct holding *link = &dependency->links[i], **head = &dependency->held[i].lock->held;

	*link = (struct holding){.owner = dependency, .next = *head, .back = head};
	if (*head)
		(*head)->back = &link->next;
	*head = link;
}

void dependency_unlink_held(struct dependency *dependency, uint32_t i)
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

	if (!lock_rings_nodes(set, request))
		return NULL;
	witnesses = arena_alloc(arena, FIRST_WITNESSES * sizeof(*witnesses));
	if (!witnesses)
		return NULL;
	dependency = arena_alloc(arena, dependency_size(request->count));
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
		arena_free(arena, dependency, dependency_size(dependency->room));
		return NULL;
	}
	dependency->id = dependency_number(set);
	link_wanted(dependency);
	for (uint32_t i = 0; i < dependency->count; i++)
		dependency_link_held(dependency, i);
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

void dependency_count_witness(struct dependencies *set, struct witness witness, int change)
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

bool dependency_add_witness(struct dependencies *set, struct dependency *dependency, struct witness witness)
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
		dependency_lose_witnesses(set, dependency, 1);
		return false;
	}
	if (place == dependency->witness_count) {
		dependency->witness_count++;
		set->witnesses++;
	} else {
		moved = dependency->witnesses[place].thread == witness.thread;
		dependency_count_witness(set, dependency->witnesses[place], -1);
	}
	dependency->witnesses[place] = witness;
	dependency_count_witness(set, dependency->witnesses[place], 1);
	dependency->moves += moved;
	if (moved)
		dependency_lose_witnesses(set, dependency, 1);
	if (moved && (dependency->moves & (dependency->moves - 1))) {
		set->moved += dependency->written && !dependency->unwritten;
		dependency->unwritten |= (uint16_t)(1u << place);
	} else if (dependency->written)
		write_witness(set, dependency, dependency->witnesses[place]);
	return true;
}

/* ---- requests ---- */

enum dependency_result dependency_add(struct dependencies *set, const struct dependency_request *request)
{
	uint64_t key = dependency_key(request, false);
	const struct witness witness = {request->thread, request->segment, request->when};
	struct dependency *dependency = retirement_find_bare(set, key);
	bool whole = true;

	if (!dependency) {
		dependency = dependency_new(set, request, key);
		if (!dependency)
			return DEPENDENCY_NO_MEMORY;
		dependency_add_witness(set, dependency, witness);
		whole = request->count == 0 || dependency_reads_again(dependency) || class_order_record(set, request);
		whole &= lock_rings_add(set, dependency);
	} else {
		if (dependency_add_witness(set, dependency, witness) && dependency->alike)
			lock_rings_changed(set, dependency, false, 0);
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
		dependency_write_witnesses(set, dependency);
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
