/* judge.c: see judge.h. */
#include "judge.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "redundant.h"
#include "ring.h"

#define WITNESSES_MAX 64

static void *grow(void *ctx, size_t size)
{
	(void)ctx;
	return new_zeroed(1, size);
}

static void release(void *ctx, void *block, size_t size)
{
	(void)ctx;
	(void)size;
	free(block);
}

static void *scratch(struct judge *judge, size_t count, size_t size)
{
	void *memory = arena_alloc(&judge->arena, count ? count * size : 1);

	if (!memory)
		die("out of memory");
	return memory;
}

/* A larger copy of an array, when it is full. */
static void *with_room(struct judge *judge, void *array, size_t count, size_t *room, size_t size)
{
	size_t old = *room;
	void *larger;

	if (count < old)
		return array;
	*room = old ? old * 2 : 256;
	larger = scratch(judge, *room, size);
	if (old)
		memcpy(larger, array, old * size);
	arena_free(&judge->arena, array, old * size);
	return larger;
}

/* ---- threads ---- */

static uint32_t thread_index(struct judge *judge, struct owner owner, uint32_t number)
{
	struct arena *arena = &judge->arena;
	struct judge_thread *thread, key = {.key = {owner.image, number}};

	HASH_FIND(hh, judge->threads, &key.key, sizeof(key.key), thread);
	if (thread)
		return thread->index;
	thread = scratch(judge, 1, sizeof(*thread));
	*thread = key;
	thread->process = owner.process;
	judge->thread_by_index =
		with_room(judge, judge->thread_by_index, judge->threads_count + 1, &judge->threads_room, sizeof(*judge->thread_by_index));
	thread->index = (uint32_t)++judge->threads_count;
	judge->thread_by_index[thread->index] = thread;
	HASH_ADD(hh, judge->threads, key, sizeof(thread->key), thread);
	if (!hash_added(thread))
		die("out of memory");
	return thread->index;
}

/* Had the process of the one ended when the other was seen for the first time? */
static bool ended_before(const struct judge *judge, const struct judge_thread *first, const struct judge_thread *second, uint64_t when)
{
	const struct fact_end *end;

	if (first->key.image == second->key.image && first->process == second->process)
		return false;
	end = (const struct fact_end *)index_find(&judge->builder->run->images[first->key.image].ends, first->process);
	return end && end->when && end->when <= when;
}

/* graph/clock.h: b's segment lists, for each thread, the last segment that is over before it begins; the strong entry of a thread comes first. */
static bool before(void *ctx, struct cycles_witness a, struct cycles_witness b, struct fact_before *event)
{
	const struct judge *judge = ctx;
	const struct judge_thread *first = judge->thread_by_index[a.thread], *second = judge->thread_by_index[b.thread];
	const struct image *image = &judge->builder->run->images[second->key.image];
	const struct fact_before *known = NULL;

	if (first->key.image == second->key.image)
		known = image_before(image, (uint32_t)second->key.number, b.segment, (uint32_t)first->key.number, a.segment);
	if (known) {
		*event = *known;
		return true;
	}
	*event = (struct fact_before){.event = EVENT_END};
	return ended_before(judge, first, second, b.when);
}

/* The user's frame where a lock is taken, and which lock: where a program has a locking function of its own, all its locks are taken at one
 * frame, and rings that have nothing to do with each other would be one finding. */
static uint64_t location_of(struct builder *builder, const struct site *site)
{
	const struct stack *stack;
	uint64_t hash;

	build_from(builder, site->lock->owner.image);
	hash = build_lock(builder, site->lock->number)->kin;
	build_from(builder, site->owner.image);
	stack = build_stack(builder, site->stack);
	if (!stack)
		return hash_mix(hash, site->stack);
	for (const char *c = stack->frames[0].module; *c; c++)
		hash = hash_mix(hash, (uint8_t)*c);
	return hash_mix(hash, stack->frames[0].offset);
}

static uint64_t location(void *ctx, uint32_t number)
{
	struct judge *judge = ctx;
	struct site *site = &judge->sites[number];

	if (!site->location)
		site->location = location_of(judge->builder, site) | 1;
	return site->location;
}

/* ---- input ---- */

static const struct fact_lock *lock_fact(const struct judge *judge, struct owner owner, uint64_t number)
{
	return image_lock(&judge->builder->run->images[owner.image], number);
}

static bool is_shared(const struct judge *judge, struct owner owner, uint64_t number)
{
	const struct fact_lock *fact = lock_fact(judge, owner, number);

	return fact && fact->inode;
}

static const struct judge_lock *lock_at(struct judge *judge, struct owner owner, uint64_t number)
{
	const struct fact_lock *fact = lock_fact(judge, owner, number);
	struct arena *arena = &judge->arena;
	struct judge_lock *lock, key = {.owner = owner, .number = number};

	if (judge->by_class)
		key.key.a = build_lock(judge->builder, number)->kin, key.key.d = 2;
	else if (fact && fact->inode)
		key.key.a = fact->device, key.key.b = fact->inode, key.key.c = fact->offset;
	else
		key.key.a = owner.image, key.key.b = owner.process, key.key.c = number, key.key.d = 1;
	HASH_FIND(hh, judge->locks, &key.key, sizeof(key.key), lock);
	if (lock)
		return lock;
	lock = scratch(judge, 1, sizeof(*lock));
	*lock = key;
	judge->by_index = with_room(judge, judge->by_index, judge->locks_count + 1, &judge->locks_room, sizeof(*judge->by_index));
	lock->index = ++judge->locks_count;
	judge->by_index[lock->index] = lock;
	HASH_ADD(hh, judge->locks, key, sizeof(lock->key), lock);
	if (!hash_added(lock))
		die("out of memory");
	return lock;
}

/* What the thread's creator held from create to join. */
static void add_gates(struct judge *judge, struct judge_thread *thread)
{
	struct owner owner = {thread->key.image, thread->process};
	const struct image *image = &judge->builder->run->images[owner.image];
	const struct fact_gates *fact = (const struct fact_gates *)index_find(&image->gates, thread->key.number);
	const struct fact_thread *about = (const struct fact_thread *)index_find(&image->threads, thread->key.number);
	struct cycles_gate *gates;

	if (!fact || !about)
		return;
	gates = scratch(judge, fact->count, sizeof(*gates));
	for (uint32_t i = 0; i < fact->count; i++)
		gates[i] = (struct cycles_gate){.lock = lock_at(judge, owner, fact->gates[i].lock)->index,
						.hold = (uint64_t)owner.image << 48 | (uint64_t)owner.process << 32 | fact->gates[i].hold,
						.creator = thread_index(judge, owner, about->parent),
						.mode = fact->gates[i].mode};
	thread->gates = gates;
	thread->gates_count = fact->count;
}

static const struct cycles_gate *gates_of(void *ctx, uint32_t number, size_t *count)
{
	struct judge *judge = ctx;
	struct judge_thread *thread = judge->thread_by_index[number];

	if (!thread->gates_known)
		add_gates(judge, thread);
	thread->gates_known = true;
	*count = thread->gates_count;
	return thread->gates;
}

static bool prefers_writers(const struct judge *judge, struct owner owner, uint64_t number)
{
	const struct fact_class *class = build_class(&judge->builder->run->images[owner.image], number);

	return class && class->lock_kind == KIND_RWLOCK_WRITER;
}

static uint32_t add_site(struct judge *judge, struct owner owner, uint32_t stack, const struct judge_lock *lock)
{
	judge->sites = with_room(judge, judge->sites, judge->sites_count, &judge->sites_room, sizeof(*judge->sites));
	judge->sites[judge->sites_count] = (struct site){stack, lock, owner, 0};
	return (uint32_t)judge->sites_count++;
}

/* The number of place `place` of the held set, or behind it of what is wanted; among classes one more for each that is held already. */
static uint64_t number_at(const struct judge *judge, const struct fact_dependency *fact, uint32_t place)
{
	uint64_t number = place < fact->count ? fact->held[place].lock : fact->lock;
	uint32_t nesting = 0;

	if (!judge->by_class)
		return number;
	for (uint32_t i = 0; i < place; i++)
		nesting += fact->held[i].lock == number;
	return CLASS_NUMBER(number, nesting);
}

static const struct cycles_held *held_copy(struct judge *judge, struct owner owner, const struct fact_dependency *fact)
{
	struct cycles_held *held = scratch(judge, fact->count, sizeof(*held));

	for (uint32_t i = 0; i < fact->count; i++) {
		const struct judge_lock *lock = lock_at(judge, owner, number_at(judge, fact, i));

		held[i] = (struct cycles_held){lock->index, add_site(judge, owner, fact->held[i].stack, lock), fact->held[i].mode,
					       fact->held[i].how};
	}
	return held;
}

static void add_witnesses(struct judge *judge, struct owner owner, struct cycles_dependency *dependency, uint32_t number)
{
	const struct image *image = &judge->builder->run->images[owner.image];
	size_t first = image_witnesses_of(image, number), end = first, count = 0;
	struct cycles_witness *witnesses;

	while (end < image->witnesses_count && image->witnesses[end]->dependency == number)
		end++;
	witnesses = scratch(judge, end - first < WITNESSES_MAX ? end - first : WITNESSES_MAX, sizeof(*witnesses));
	for (size_t i = first; i < end; i++) {
		/* There are few; a damaged recording may have any number, and choosing among them takes its time: the first and the last. */
		if (end - first > WITNESSES_MAX && i == first + WITNESSES_MAX / 2)
			i = end - WITNESSES_MAX / 2;
		witnesses[count++] = (struct cycles_witness){thread_index(judge, owner, image->witnesses[i]->thread),
							     image->witnesses[i]->segment, image->witnesses[i]->when};
	}
	dependency->witnesses = witnesses;
	dependency->witness_count = (uint32_t)count;
}

static void add_dependency(struct judge *judge, struct owner owner, const struct fact_dependency *fact)
{
	uint64_t number = number_at(judge, fact, fact->count);
	const struct judge_lock *lock = lock_at(judge, owner, number);
	struct cycles_dependency dependency = {
		.lock = lock->index,
		.stack = add_site(judge, owner, fact->stack, lock),
		.mode = fact->mode,
		.how = fact->how,
		.writer_preferring = prefers_writers(judge, owner, number),
		.cut = fact->head.flags & DEPENDENCY_CUT,
		.held_count = fact->count,
		.held = held_copy(judge, owner, fact),
	};
	size_t room = judge->room;

	if (!judge->by_class && !judge->declared) {
		add_witnesses(judge, owner, &dependency, fact->id);
		/* The recording ends before it says who it was. */
		if (dependency.witness_count == 0)
			return;
	}
	judge->dependencies = with_room(judge, judge->dependencies, judge->count, &room, sizeof(*judge->dependencies));
	judge->owners = with_room(judge, judge->owners, judge->count, &judge->room, sizeof(*judge->owners));
	judge->dependencies[judge->count] = dependency;
	judge->owners[judge->count++] = owner;
}

static bool touches_shared(const struct judge *judge, struct owner owner, const struct fact_dependency *fact)
{
	bool touches = is_shared(judge, owner, fact->lock);

	for (uint32_t i = 0; i < fact->count && !touches; i++)
		touches = is_shared(judge, owner, fact->held[i].lock);
	return touches;
}

/* All dependencies of a process, or those that another process could meet. */
static void read_dependencies(struct judge *judge, struct owner owner, bool shared_only)
{
	const struct image *image = &judge->builder->run->images[owner.image];

	for (size_t i = image_dependencies_of(image, owner.process);
	     i < image->dependencies_count && image->dependencies[i]->process == owner.process; i++)
		if (!shared_only || touches_shared(judge, owner, image->dependencies[i]))
			add_dependency(judge, owner, image->dependencies[i]);
}

static void read_class_dependencies(struct judge *judge, struct owner owner)
{
	const struct image *image = &judge->builder->run->images[owner.image];

	for (size_t i = image_class_dependencies_of(image, owner.process);
	     i < image->class_dependencies_count && image->class_dependencies[i]->process == owner.process; i++)
		add_dependency(judge, owner, image->class_dependencies[i]);
}

static bool one_process(const struct judge *judge, const struct cycle *cycle)
{
	struct owner first = judge->owners[cycle->links[0].dependency];

	for (uint32_t i = 1; i < cycle->length; i++) {
		struct owner owner = judge->owners[cycle->links[i].dependency];

		if (owner.image != first.image || owner.process != first.process)
			return false;
	}
	return true;
}

/* Judges what was read; of all processes together only the cycles that go through several are new. */
static void judge_input(struct judge *judge, void (*add)(struct builder *builder, const struct finding *finding))
{
	struct cycles_input input = {.location = location, .before = before, .gates = gates_of, .excluded = ring_excluded, .ctx = judge};
	struct cycles_result result;

	input.dependencies = judge->dependencies;
	input.count = judge->count;
	/* What is declared is in no trace. */
	if (judge->declared)
		input.excluded = NULL;
	result = cycles_find(&input, &judge->arena);
	for (const struct cycle *cycle = result.cycles; cycle; cycle = cycle->next) {
		struct finding finding;

		if ((judge->several && one_process(judge, cycle)) || (judge->by_class && cycle->rule == RULE_CYCLE_COMPATIBLE) ||
		    (judge->declared && !declared_counts(judge, cycle)))
			continue;
		finding = judge->declared ? declared_finding(judge, cycle) : ring_finding(judge, cycle);
		add(judge->builder, &finding);
	}
	if (result.bounded || result.no_memory)
		run_remark(judge->builder->run, printed("the search for cycles was cut short after %llu of them: there may be more",
							(unsigned long long)result.enumerated));
}

void judge_process(struct builder *builder, size_t image, uint32_t serial,
		   void (*add)(struct builder *builder, const struct finding *finding))
{
	struct judge judge = {.builder = builder};

	arena_init(&judge.arena, grow, release, NULL);
	read_dependencies(&judge, (struct owner){image, serial}, false);
	judge_input(&judge, add);
	redundant_tell(&judge, (struct owner){image, serial}, add);
	arena_fini(&judge.arena);
}

/* An order as what it would be if a thread of its own kept to it. */
static void add_order(struct judge *judge, struct owner owner, const struct fact_order *order)
{
	union {
		struct fact_dependency fact;
		char room[sizeof(struct fact_dependency) + sizeof(struct fact_held)];
	} dependency = {.fact = {.lock = order->after, .stack = order->stack, .count = 1}};

	dependency.fact.held[0] = (struct fact_held){.lock = order->before, .stack = order->stack};
	add_dependency(judge, owner, &dependency.fact);
}

void judge_declared(struct builder *builder, size_t image, uint32_t serial,
		    void (*add)(struct builder *builder, const struct finding *finding))
{
	const struct image *from = &builder->run->images[image];
	struct judge judge = {.builder = builder};

	if (from->orders_count == 0)
		return;
	arena_init(&judge.arena, grow, release, NULL);
	build_from(builder, image);
	read_dependencies(&judge, (struct owner){image, serial}, false);
	judge.declared_from = judge.count;
	judge.declared = from->orders;
	for (size_t i = 0; i < from->orders_count; i++)
		if (from->orders[i]->before != from->orders[i]->after)
			add_order(&judge, (struct owner){image, serial}, from->orders[i]);
	judge_input(&judge, add);
	arena_fini(&judge.arena);
}

void judge_classes(struct builder *builder, size_t image, uint32_t serial,
		   void (*add)(struct builder *builder, const struct finding *finding))
{
	struct judge judge = {.builder = builder, .by_class = true};

	arena_init(&judge.arena, grow, release, NULL);
	build_from(builder, image);
	read_class_dependencies(&judge, (struct owner){image, serial});
	judge_input(&judge, add);
	arena_fini(&judge.arena);
}

void judge_across(struct builder *builder, bool by_class, void (*add)(struct builder *builder, const struct finding *finding))
{
	struct judge judge = {.builder = builder, .several = true, .by_class = by_class};

	arena_init(&judge.arena, grow, release, NULL);
	for (size_t i = 0; i < builder->run->images_count; i++) {
		const struct index *processes = &builder->run->images[i].processes;

		build_from(builder, i);
		for (size_t j = 0; j < processes->count; j++) {
			struct owner owner = {i, index_number(processes->facts[j])};

			if (by_class)
				read_class_dependencies(&judge, owner);
			else
				read_dependencies(&judge, owner, true);
		}
	}
	if (judge.count)
		judge_input(&judge, add);
	arena_fini(&judge.arena);
}
