/* events.c: see events.h. */
#include "events.h"

#include <string.h>

#include "gates.h"
#include "graph/dependency.h"
#include "held.h"
#include "holders.h"
#include "index.h"
#include "known.h"
#include "module.h"
#include "rowmap.h"
#include "signal.h"
#include "sink.h"
#include "stats.h"
#include "trace.h"

/* ---- the graph of this process ---- */

struct finding {
	uint64_t key;
	struct fact_finding *fact; /* in the recording; its count goes on */
	UT_hash_handle hh;
};
struct events {
	struct dependencies dependencies;
	struct finding *findings;
	struct dependency_held *held; /* scratch: the held set of a request */
};

/* Survives a fork: numbers and classes of locks stay true. */
static struct lock_table locks = {.arena = &tables};

static void *arena_grow(void *ctx, size_t size)
{
	(void)ctx;
	return state_pages(size, true);
}

void event_arena_begin(void)
{
	if (!process->arena.grow)
		arena_init(&process->arena, arena_grow, NULL, NULL);
}

/* Orders that the source declares hold in a forked child too. */
static bool declare_again(struct dependencies *set)
{
	bool whole = true;

	for (struct lock_order *order = locks.orders; order; order = order->hh.next) {
		struct lock *before = lock_find(&locks, order->key.before), *after = lock_find(&locks, order->key.after);

		whole &= !before || !after || dependency_declare(set, before, after);
	}
	return whole;
}

/* The graph, made at first use; a forked child finds none (its pages are wiped) and begins a new one. NULL: no memory. */
static struct events *events(void)
{
	struct events *new;

	if (process->events)
		return process->events;
	event_arena_begin();
	new = arena_alloc(&process->arena, sizeof(*new));
	if (!new || !dependencies_init(&new->dependencies, &process->arena, &sink, sink_header, process->serial))
		return NULL;
	if (!declare_again(&new->dependencies))
		sink_limit(LIMIT_LOST_MEMORY);
	return process->events = new;
}

/* ---- locks ---- */

/* Locks that somebody waits for, or may in another process, are described too, up to so many: for `gridlock dump` and the like. */
#define WAITS_DESCRIBED_MAX 4096u

static void describe_waited(struct lock *lock)
{
	if (!lock || process->waits_described >= WAITS_DESCRIBED_MAX)
		return;
	process->waits_described++;
	lock_describe(lock, &sink);
}

/* What the trace names is a fact. */
static void describe_traced(uint64_t id)
{
	struct lock *lock = process->counters ? lock_find(&locks, id) : NULL;

	if (lock)
		lock_describe(lock, &sink);
}

/* NULL: no memory. */
static struct lock_class *class_intern(const struct lock_key *key)
{
	return lock_class_intern(&locks, key, &sink_header->next_class);
}

static struct lock_key key_of(struct sort *sort, const void *address, uint32_t init_stack, uint32_t first_stack)
{
	struct lock_key key = {.lock_kind = sort->kind, .lock_flags = sort->flags};
	frame_t frame = module_frame((uintptr_t)address);

	if (FRAME_MODULE(frame)) {
		key.kind = CLASS_STATIC;
		sort->flags |= INDEX_STATIC;
		key.frame = frame;
	} else {
		key.kind = init_stack ? CLASS_INIT : CLASS_FIRST;
		key.stack = init_stack ? init_stack : first_stack;
	}
	return key;
}

uint64_t event_lock_new(struct self *self, struct sort *sort, const void *address, uint32_t init_stack, uint32_t first_stack)
{
	struct lock_key key = key_of(sort, address, init_stack, first_stack);
	struct lock_class *class = class_intern(&key);
	uint64_t id;

	if (!class)
		return 0;
	id = atomic_fetch_add_explicit(&sink_header->next_lock, 1, memory_order_relaxed);
	if (!lock_add(&locks, id, (uintptr_t)address, class, self->info->id))
		return 0;
	sink_total(TOTAL_LOCKS);
	if (!(sort->flags & LOCK_PROCESS_SHARED))
		describe_traced(id);
	return id;
}

static void change_class(struct lock *lock, struct lock_class *class)
{
	if (process->events && lock->class != class)
		dependency_change_class(&process->events->dependencies, lock, class);
	lock_set_class(lock, class, &sink);
}

void event_lock_met(struct sort *sort, uint64_t id, const void *address, uint32_t init_stack, uint32_t first_stack)
{
	struct lock_key key = key_of(sort, address, init_stack, first_stack);
	struct lock *lock = lock_find(&locks, id);
	struct lock_class *class;

	if (!lock)
		return;
	key.name = lock->class->key.name;
	key.subclass = lock->class->key.subclass;
	class = class_intern(&key);
	if (class)
		change_class(lock, class);
}

const struct lock_key *event_lock_key(uint64_t id)
{
	const struct lock *lock = lock_find(&locks, id);

	return lock ? &lock->class->key : NULL;
}

void event_lock_place(uint64_t id, const struct lock_place *place)
{
	struct lock *lock = lock_find(&locks, id);

	if (!lock)
		return;
	lock_set_place(&locks, lock, place);
	/* Who waits for it in another process can be told of this one, however it ends. */
	describe_waited(lock);
	describe_traced(id);
}

uint64_t event_lock_again(struct self *self, struct lock_class *class, const void *address)
{
	uint64_t id = atomic_fetch_add_explicit(&sink_header->next_lock, 1, memory_order_relaxed);

	return lock_add(&locks, id, (uintptr_t)address, class, self->info->id) ? id : 0;
}

struct lock_class *event_lock_gone(uint64_t id)
{
	struct lock *lock = lock_find(&locks, id);
	struct lock_class *class = lock ? lock->class : NULL;

	signal_lock_gone(id);
	if (lock)
		dependency_retire(process->events ? &process->events->dependencies : NULL, &locks, lock);
	return class;
}

/* ---- threads, as facts ---- */

static bool keep_thread_fact(struct note_table *notes, const struct thread_info *info)
{
	struct fact_thread fact = {
		.head = {.size = sizeof(fact), .kind = FACT_THREAD},
		.id = info->id,
		.process = process->serial,
		.tid = info->tid,
		.parent = info->parent,
		.stack = info->create_stack,
		.is_main = info->is_main,
		.start = info->start ? module_frame((uintptr_t)info->start) : 0,
		.under = info->under,
	};

	if (note_find(notes, info->id, 0))
		return true;
	memcpy(fact.name, info->name, sizeof(fact.name));
	return note_add(notes, info->id, 0, &fact.head) != NULL;
}

static bool keep_segment_fact(struct note_table *notes, const struct thread_info *info)
{
	struct arena *arena = &process->arena;
	size_t size = sizeof(struct fact_segment) + info->clock.count * sizeof(struct fact_before);
	struct fact_segment *fact;
	bool kept;

	if (info->clock.count == 0 || note_find(notes, info->id, info->segment))
		return true;
	fact = arena_alloc(arena, size);
	if (!fact)
		return false;
	fact->head = (struct fact){.size = size, .kind = FACT_SEGMENT};
	fact->thread = info->id;
	fact->segment = info->segment;
	fact->count = info->clock.count;
	memcpy(fact->before, info->clock.before, info->clock.count * sizeof(struct fact_before));
	kept = note_add(notes, info->id, info->segment, &fact->head) != NULL;
	arena_free(arena, fact, size);
	return kept;
}

static void describe_thread(struct events *e, struct thread_info *info)
{
	keep_thread_fact(&e->dependencies.notes, info);
	note_write(note_find(&e->dependencies.notes, info->id, 0), &sink);
}

static void describe_lock(uint64_t id)
{
	struct lock *lock = lock_find(&locks, id);

	if (lock)
		lock_describe(lock, &sink);
}

static void describe_thread_number(struct events *e, uint32_t number)
{
	struct thread_info *info, *next;

	HASH_ITER (hh, process->infos, info, next)
		if (info->id == number)
			describe_thread(e, info);
}

void event_traced(struct thread_info *info)
{
	struct events *e = events();

	if (e)
		describe_thread(e, info);
}

void event_thread_fact(uint32_t number)
{
	struct events *e = events();

	if (e)
		describe_thread_number(e, number);
}

void event_named(struct thread_info *info, const char *name)
{
	struct fact_thread_name fact = {.head = {.size = sizeof(fact), .kind = FACT_THREAD_NAME}, .id = info->id};

	strncpy(info->name, name, sizeof(info->name) - 1);
	memcpy(fact.name, info->name, sizeof(fact.name));
	for (struct slot *slot = sink_slot_next(NULL); slot; slot = sink_slot_next(slot))
		if (slot->thread == info->id)
			memcpy(slot->name, info->name, sizeof(slot->name));
	if (process->events && note_find(&process->events->dependencies.notes, info->id, 0))
		sink_append(&fact.head);
}

/* ---- what the source says of locks ---- */

/* The number of the name; 0: none, or no memory. The caller holds process->lock. */
static uint32_t name_number(const char *name)
{
	size_t length = strnlen(name, NAME_MAX_LENGTH);

	return length ? lock_name_intern(&locks, name, length, &sink_header->next_name, &sink) : 0;
}

void event_name(struct self *self, uint64_t id, const char *name)
{
	struct lock *lock;

	if (!state_lock(self))
		return;
	lock = lock_find(&locks, id);
	if (lock)
		lock_set_name(lock, name_number(name), &sink);
	state_unlock(self);
}

static void set_class(struct lock *lock, uint32_t name, uint8_t subclass)
{
	struct lock_key key = lock->class->key;
	struct lock_class *class;

	key.name = name;
	key.subclass = subclass;
	class = class_intern(&key);
	if (class)
		change_class(lock, class);
}

void event_class(struct self *self, uint64_t id, const char *class)
{
	struct lock *lock;

	if (!state_lock(self))
		return;
	lock = lock_find(&locks, id);
	if (lock)
		set_class(lock, name_number(class), lock->class->key.subclass);
	state_unlock(self);
}

void event_subclass(struct self *self, uint64_t id, uint8_t subclass)
{
	struct lock *lock;

	if (!state_lock(self))
		return;
	lock = lock_find(&locks, id);
	if (lock)
		set_class(lock, lock->class->key.name, subclass);
	state_unlock(self);
}

static void declare(struct self *self, struct lock *before, struct lock *after, uint32_t stack)
{
	struct fact_order fact = {.head = {.size = sizeof(fact), .kind = FACT_ORDER},
				  .process = process->serial,
				  .stack = stack,
				  .thread = self->info->id,
				  .before = before->id,
				  .after = after->id};
	struct events *e = events();

	lock_describe(before, &sink);
	lock_describe(after, &sink);
	if (e)
		describe_thread(e, self->info);
	sink_append(&fact.head);
	if (!lock_order_keep(&locks, before, after->id) || !e || !dependency_declare(&e->dependencies, before, after))
		sink_limit(LIMIT_LOST_MEMORY);
}

void event_order(struct self *self, uint64_t before, uint64_t after, uint32_t stack)
{
	struct lock *first, *second;

	if (!state_lock(self))
		return;
	first = lock_find(&locks, before);
	second = lock_find(&locks, after);
	if (first && second && first != second && !lock_order_known(&locks, before, after))
		declare(self, first, second, stack);
	state_unlock(self);
}

/* ---- dependencies ---- */

void event_missing(void)
{
	process->blind = true;
	trace_over();
	sink_limit(LIMIT_LOST_MEMORY);
}

void event_unseen_thread(void)
{
	process->blind = true;
	trace_over();
	sink_limit(LIMIT_NO_SLOT);
}

bool event_is_witness(uint32_t thread)
{
	return process->events && dependency_has_witness(&process->events->dependencies, thread);
}

/* Every lock held costs an edge, for each new request. Of more than HELD_MAX only the outermost and the innermost HELD_END count. */
#define HELD_MAX 384u
#define HELD_END 64u

static bool held_reserve(struct events *e)
{
	if (!e->held)
		e->held = arena_alloc(&process->arena, HELD_MAX * sizeof(*e->held));
	return e->held != NULL;
}

static bool already_in(const struct dependency_held *held, uint32_t count, const struct lock *lock)
{
	while (count-- > 0)
		if (held[count].lock == lock)
			return true;
	return false;
}

static bool holds(struct self *self, const struct lock *lock)
{
	for (uint32_t i = 0; i < self->attached->depth; i++)
		if (self_held(self, i)->lock == lock->id && !(self_held(self, i)->flags & HELD_UNKNOWN))
			return true;
	return false;
}

static bool prefers_writers(const struct lock *lock)
{
	return lock->class->key.lock_kind == KIND_RWLOCK_WRITER;
}

/* A reader who reads it again, where writers come first: unlike any other relock, which libc refuses or which waits for itself. */
static bool reads_again(struct self *self, const struct lock *lock, uint8_t mode)
{
	for (uint32_t i = 0; i < self->attached->depth; i++)
		if (self_held(self, i)->lock == lock->id && self_held(self, i)->mode != LOCK_SHARED)
			return false;
	return prefers_writers(lock) && mode == LOCK_SHARED;
}

/* The thread's held set for a request of `lock`, in e->held: without what is unknown, each lock once, where it was taken first. Returns its
 * size. `cut`: not all are there. */
static uint32_t held_set(struct events *e, struct self *self, bool *cut)
{
	uint32_t depth = self->attached->depth, count = 0;

	*cut = depth > HELD_MAX;
	if (*cut)
		sink_limit(LIMIT_HELD);
	for (uint32_t i = 0; i < depth; i++) {
		const struct held *held;
		struct lock *other;

		if (i == HELD_END && *cut)
			i = depth - HELD_END;
		held = self_held(self, i);
		other = held->lock && !(held->flags & HELD_UNKNOWN) ? lock_find(&locks, held->lock) : NULL;
		if (other && !already_in(e->held, count, other))
			e->held[count++] = (struct dependency_held){other, held->stack, held->mode, held->how};
	}
	return count;
}

/* Enters it in a row, where it is found from now on. False: it has to be a dependency. */
static bool add_to_row(struct events *e, struct self *self, const struct dependency_request *request)
{
	/* Fewer: one is held twice, or gone. What is hashed is more than the held set then. */
	uint32_t axis = request->count == self->attached->depth ? rows_axis(request) : ROW_NONE;
	uint64_t key = 0;
	struct row *row;

	if (axis != ROW_NONE)
		key = rowmap_key(self, request->lock->id, held_what(request->stack, request->mode, request->how), axis);
	row = key ? rows_take(&e->dependencies, &locks, request, axis, key) : NULL;
	if (row)
		rowmap_add(self, key, row);
	return row != NULL;
}

/* Returns whether the context is dealt with for every segment of this thread. */
static enum dependency_result add_dependency(struct self *self, uint64_t id, uint8_t mode, uint8_t how, uint32_t stack)
{
	struct dependency_request request = {.mode = mode, .how = how, .stack = stack, .thread = self->info->id};
	enum dependency_result result;
	struct events *e = events();

	request.lock = lock_find(&locks, id);
	if (!request.lock)
		return DEPENDENCY_OPEN;
	if (!e || process->blind || !held_reserve(e))
		return DEPENDENCY_NO_MEMORY;
	/* A relock asks for nothing new. */
	if (holds(self, request.lock) && !reads_again(self, request.lock, mode))
		return DEPENDENCY_FULL;
	request.count = held_set(e, self, &request.cut);
	if (request.count == 0 && !(mode == LOCK_EXCLUSIVE && prefers_writers(request.lock)))
		return DEPENDENCY_FULL;
	request.held = e->held;
	request.segment = self->info->segment;
	request.when = state_now();
	if (!self->info->used)
		self->info->news++;
	self->info->used = true;
	result = DEPENDENCY_NO_MEMORY;
	if (keep_thread_fact(&e->dependencies.notes, self->info) && keep_segment_fact(&e->dependencies.notes, self->info))
		result = add_to_row(e, self, &request) ? DEPENDENCY_ROW : dependency_add(&e->dependencies, &request);
	dependency_drop_notes(&e->dependencies, self->info->id, self->info->segment);
	return result;
}

/* A context says nothing of what is unknown in it. */
static bool all_known(struct self *self)
{
	for (uint32_t i = 0; i < self->attached->depth; i++)
		if (self_held(self, i)->flags & HELD_UNKNOWN)
			return false;
	return true;
}

void event_dependency(struct self *self, uint64_t id, uint8_t mode, uint8_t how, uint32_t stack, uint64_t context)
{
	enum dependency_result result;

	sink_total(TOTAL_EVENTS_SLOW);
	holder_take_posted(self);
	if (!state_lock(self))
		return;
	self->segment_mix = held_segment_mix(self->info->id, self->info->segment);
	result = add_dependency(self, id, mode, how, stack);
	if (process->events && all_known(self) && result != DEPENDENCY_ROW)
		known_add(result == DEPENDENCY_LOST || result == DEPENDENCY_NO_MEMORY ? context : context ^ self->segment_mix,
			  process->events->dependencies.witnesses);
	state_unlock(self);
	if (result == DEPENDENCY_NO_MEMORY)
		sink_limit(LIMIT_LOST_MEMORY);
	self->seen[held_seen_index(context)] =
		result == DEPENDENCY_OPEN || result == DEPENDENCY_ROW ? context ^ self->segment_mix : context;
}

void event_gates(uint32_t thread, const struct gate *gates, uint32_t count)
{
	struct arena *arena = &process->arena;
	size_t size = sizeof(struct fact_gates) + count * sizeof(struct fact_gate);
	struct fact_gates *fact;

	if (!event_is_witness(thread))
		return;
	fact = arena_alloc(arena, size);
	if (!fact) {
		event_missing();
		return;
	}
	*fact = (struct fact_gates){.head = {.size = size, .kind = FACT_GATES}, .thread = thread, .count = count};
	for (uint32_t i = 0; i < count; i++) {
		struct lock *lock = lock_find(&locks, gates[i].lock);

		if (lock)
			lock_describe(lock, &sink);
		fact->gates[i] = (struct fact_gate){.lock = gates[i].lock, .hold = gates[i].hold, .mode = gates[i].mode};
	}
	dependency_add_gates(&process->events->dependencies, fact);
	arena_free(arena, fact, size);
}

/* ---- findings ---- */

void evidence_add(struct evidence *evidence, enum stack_label label, uint32_t thread, uint32_t stack, uint8_t mode)
{
	if (stack)
		evidence->stacks[evidence->count++] =
			(struct fact_finding_stack){.label = label, .thread = thread, .stack = stack, .mode = mode, .how = LOCK_BLOCKING};
}

static uint64_t finding_key(const struct evidence *evidence, const struct lock *lock)
{
	uint64_t key = hash_mix(evidence->rule, (uint64_t)evidence->signal << 8 | evidence->cause);

	key = hash_mix(key, lock ? lock->class->id : 0);
	for (uint32_t i = 0; i < evidence->count; i++)
		key = hash_mix(key, (uint64_t)evidence->stacks[i].label << 32 | evidence->stacks[i].stack);
	return key;
}

static struct fact_finding *write_finding(struct self *self, const struct evidence *evidence)
{
	union {
		struct fact_finding fact;
		char room[sizeof(struct fact_finding) + sizeof(evidence->stacks)];
	} u = {.fact = {.head.kind = FACT_FINDING,
			.rule = evidence->rule,
			.cause = evidence->cause,
			.signal = evidence->signal,
			.process = process->serial}};

	u.fact.head.size = sizeof(u.fact) + evidence->count * sizeof(evidence->stacks[0]);
	u.fact.id = atomic_fetch_add_explicit(&sink_header->next_finding, 1, memory_order_relaxed);
	u.fact.thread = self->info->id;
	u.fact.lock = evidence->lock;
	u.fact.count = 1;
	u.fact.stacks_count = evidence->count;
	memcpy(u.fact.stacks, evidence->stacks, evidence->count * sizeof(evidence->stacks[0]));
	return (struct fact_finding *)sink_append(&u.fact.head);
}

/* The facts that a finding refers to: its lock, and the threads of its stacks (those that are still known). */
static void describe_for(struct events *e, struct self *self, const struct evidence *evidence, struct lock *lock)
{
	if (lock)
		lock_describe(lock, &sink);
	describe_thread(e, self->info);
	for (uint32_t i = 0; i < evidence->count; i++)
		describe_thread_number(e, evidence->stacks[i].thread);
}

static struct fact_finding *add_finding(struct events *e, struct self *self, const struct evidence *evidence)
{
	struct arena *arena = &process->arena;
	struct lock *lock = lock_find(&locks, evidence->lock);
	uint64_t key = finding_key(evidence, lock);
	struct finding *finding;

	HASH_FIND(hh, e->findings, &key, sizeof(key), finding);
	if (finding) {
		if (finding->fact)
			atomic_fetch_add_explicit(&finding->fact->count, 1, memory_order_relaxed);
		return finding->fact;
	}
	describe_for(e, self, evidence, lock);
	finding = arena_alloc(arena, sizeof(*finding));
	if (!finding)
		return write_finding(self, evidence);
	finding->key = key;
	finding->fact = write_finding(self, evidence);
	HASH_ADD(hh, e->findings, key, sizeof(finding->key), finding);
	if (hash_added(finding))
		return finding->fact;
	arena_free(arena, finding, sizeof(*finding));
	return NULL;
}

struct fact_finding *event_finding_locked(struct self *self, const struct evidence *evidence)
{
	struct events *e = events();

	if (e)
		return add_finding(e, self, evidence);
	sink_limit(LIMIT_LOST_MEMORY);
	return NULL;
}

void event_finding(struct self *self, const struct evidence *evidence)
{
	/* What waits for itself is told even where the source asks us to look away: the program goes no further. */
	if (self->ignored && evidence->rule != RULE_SELF_DEADLOCK)
		return;
	if (!state_lock(self))
		return;
	event_finding_locked(self, evidence);
	state_unlock(self);
}

/* ---- waits ---- */

void event_waited(struct self *self, uint64_t id)
{
	uint64_t *waited = &self->waited[id % WAITED_SIZE];

	if (*waited == id)
		return;
	*waited = id;
	if (process->waits_described >= WAITS_DESCRIBED_MAX || !state_lock(self))
		return;
	describe_waited(lock_find(&locks, id));
	state_unlock(self);
}

/* ---- deadlocks ---- */

uint32_t event_deadlock_new(void)
{
	return atomic_fetch_add_explicit(&sink_header->next_finding, 1, memory_order_relaxed);
}

void event_blocked(const struct blocked *blocked)
{
	const struct slot *slot = blocked->slot;
	union {
		struct fact_blocked fact;
		char room[sizeof(struct fact_blocked) + SLOT_HELD * sizeof(struct fact_held)];
	} u = {.fact = {.head.kind = FACT_BLOCKED, .deadlock = blocked->deadlock, .place = blocked->place, .thread = slot->thread}};
	uint32_t what = WAIT_WHAT(slot->wait_mode);
	struct events *e = events();

	u.fact.wait = slot->wait_mode;
	u.fact.lock = slot->wait_lock;
	u.fact.stack = slot->wait_stack;
	u.fact.by = blocked->by;
	u.fact.by_held = blocked->by_held;
	u.fact.nsec = state_now() - slot->wait_since;
	u.fact.count = slot->depth < SLOT_HELD ? slot->depth : SLOT_HELD;
	for (uint32_t i = 0; i < u.fact.count; i++) {
		const struct held *held = &slot->held[i];

		u.fact.held[i] = (struct fact_held){held->lock, held->stack, held->mode, held->how, 0};
		describe_lock(held->lock);
	}
	if (what <= LOCK_SHARED || what == WAIT_CONDITION)
		describe_lock(u.fact.lock);
	if (e)
		describe_thread_number(e, u.fact.thread);
	if (e && what == WAIT_JOIN)
		describe_thread_number(e, (uint32_t)u.fact.lock);
	u.fact.head.size = sizeof(u.fact) + u.fact.count * sizeof(u.fact.held[0]);
	sink_append(&u.fact.head);
}

void event_deadlock(uint32_t number, uint32_t count)
{
	struct fact_deadlock fact = {
		.head = {.size = sizeof(fact), .kind = FACT_DEADLOCK}, .id = number, .process = process->serial, .count = count};

	sink_append(&fact.head);
}

/* ---- locks left behind ---- */

static struct evidence leak_evidence(const struct self *self, const struct held *held, enum rule rule, enum lock_cause cause)
{
	struct evidence evidence = {.rule = rule, .cause = held->cause ? held->cause : cause, .lock = held->lock};

	evidence_add(&evidence, LABEL_ACQUIRED, self->info->id, held->stack, held->mode);
	evidence_add(&evidence, LABEL_JUMPED, self->info->id, held->jump_stack, 0);
	return evidence;
}

void event_report_jumped(struct self *self)
{
	for (uint32_t i = self->attached->depth; i-- > 0;) {
		struct held *held = self_held(self, i);
		struct evidence evidence;

		if (!held->cause || !(held->flags & HELD_TAKER_ACTIVE) || (held->flags & HELD_UNKNOWN))
			continue;
		evidence = leak_evidence(self, held, RULE_LOCK_LEAKED, CAUSE_NONE);
		event_finding(self, &evidence);
		/* Said once; whether it ever comes back is not known any more. */
		held->flags |= HELD_UNKNOWN;
	}
	self->jumped = 0;
}

void event_thread_ends(struct self *self)
{
	struct thread_info *info = self->info;

	holder_take_posted(self);
	for (uint32_t i = 0; i < self->attached->depth; i++) {
		struct held *held = self_held(self, i);
		struct evidence evidence = leak_evidence(self, held, RULE_LOCK_LEAKED, info->cause);
		struct lock *lock;

		/* A scoped one is given up by what ends the thread. */
		if (!held->lock || (held->flags & (HELD_UNKNOWN | HELD_SCOPED)) || !state_lock(self))
			continue;
		lock = lock_find(&locks, held->lock);
		state_unlock(self);
		/* A robust mutex is made for this: its next owner gets EOWNERDEAD. */
		if (!lock || (lock->class->key.lock_flags & LOCK_ROBUST))
			continue;
		evidence_add(&evidence, LABEL_ENDED, info->id, info->end_stack, 0);
		event_finding(self, &evidence);
	}
}

/* One held entry of a thread that the end of the process found. Caller holds the lock. */
static void held_at_exit(struct events *e, struct self *self, const struct slot *slot, const struct held *held, uint32_t end_stack)
{
	bool leaked = held->cause && (held->flags & HELD_TAKER_ACTIVE);
	struct evidence evidence = {.rule = leaked ? RULE_LOCK_LEAKED : RULE_HELD_AT_EXIT, .cause = held->cause, .lock = held->lock};

	if (!held->lock || (held->flags & HELD_UNKNOWN))
		return;
	evidence_add(&evidence, LABEL_ACQUIRED, slot->thread, held->stack, held->mode);
	evidence_add(&evidence, LABEL_JUMPED, slot->thread, held->jump_stack, 0);
	evidence_add(&evidence, LABEL_ENDED, self->info->id, leaked ? 0 : end_stack, 0);
	add_finding(e, self, &evidence);
}

void event_process_ends(struct self *self, enum end_how how, int code)
{
	struct fact_end fact = {.head = {.size = sizeof(fact), .kind = FACT_END}, .how = how, .code = code};
	struct events *e;

	holder_take_posted(self);
	stats_process_ends(self);
	if (!state_lock(self))
		return;
	e = events();
	/* A deadlock explains what is held, and is reported already. */
	for (struct slot *slot = sink_slot_next(NULL); e && slot && how != END_DEADLOCK; slot = sink_slot_next(slot)) {
		uint32_t depth = atomic_load_explicit(&slot->depth, memory_order_acquire);

		if (atomic_load_explicit(&slot->state, memory_order_acquire) != 1)
			continue;
		for (uint32_t i = 0; i < depth && i < SLOT_HELD; i++)
			held_at_exit(e, self, slot, &slot->held[i], 0);
		if (depth > SLOT_HELD)
			sink_limit(LIMIT_OVERFLOW);
	}
	if (e)
		dependency_write_moved(&e->dependencies);
	fact.serial = process->serial;
	fact.when = state_now();
	sink_append(&fact.head);
	state_unlock(self);
}
