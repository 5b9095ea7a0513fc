/* judge.c: see judge.h. */
#include "judge.h"

#include <stdlib.h>
#include <string.h>

#include "graph/cycles.h"
#include "graph/exclude.h"
#include "graph/hash.h"
#include "memory.h"
#include "witness.h"

#define WITNESSES_MAX  64
#define EXCLUSIONS_MAX 1000 /* rings that are looked up in the trace: it takes its time */

/* Whose number: numbers are given away by images, and a forked child's private locks are not its parent's. */
struct owner {
	size_t image; /* index in the run */
	uint32_t process;
};
/* A lock, as one in the whole input: private ones by their owner and number, process-shared ones by where they lie. */
struct judge_lock {
	struct {
		uint64_t a, b, c, d;
	} key;
	uint64_t index; /* its number in the cycle stage: from 1 */
	struct owner owner;
	uint64_t number;
	UT_hash_handle hh;
};
struct judge_thread {
	struct {
		uint64_t image, number;
	} key;
	uint32_t index; /* its number in the cycle stage: from 1 */
	uint32_t process;
	bool gates_known;
	const struct cycles_gate *gates;
	size_t gates_count;
	UT_hash_handle hh;
};
/* A lock taken at a stack. The cycle stage knows these by their place in the list, wherever it says "stack". */
struct site {
	uint32_t stack;
	const struct judge_lock *lock; /* and whose stack it is */
	struct owner owner;
	uint64_t location; /* 0: not looked up yet */
};
struct judge {
	struct builder *builder;
	bool several;		 /* processes at once */
	bool by_class;		 /* locks are classes */
	bool traced;		 /* the trace was looked for */
	struct history *history; /* NULL: there is none */
	uint32_t exclusions;	 /* rings that were looked at for one */
	struct arena arena;	 /* until the input is judged */
	struct cycles_dependency *dependencies;
	struct owner *owners; /* of the dependencies */
	struct judge_lock *locks;
	const struct judge_lock **by_index;
	size_t locks_count, locks_room;
	struct judge_thread *threads;
	struct judge_thread **thread_by_index;
	size_t threads_count, threads_room;
	struct site *sites;
	size_t count, room, sites_count, sites_room;
};

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
	size_t first = image_witnesses_of(image, number), end = first;
	struct cycles_witness *witnesses;

	/* The writer keeps so many; a damaged recording may have any number, and choosing among them takes its time. */
	while (end < image->witnesses_count && image->witnesses[end]->dependency == number && end - first < WITNESSES_MAX)
		end++;
	witnesses = scratch(judge, end - first, sizeof(*witnesses));
	for (size_t i = first; i < end; i++)
		witnesses[i - first] = (struct cycles_witness){thread_index(judge, owner, image->witnesses[i]->thread),
							       image->witnesses[i]->segment, image->witnesses[i]->when};
	dependency->witnesses = witnesses;
	dependency->witness_count = (uint32_t)(end - first);
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

	if (!judge->by_class) {
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

/* ---- the trace ---- */

static bool is_traced(const struct image *image)
{
	struct recording_header *header = (struct recording_header *)(uintptr_t)image->header;

	return atomic_load(&header->trace_chunks) || atomic_load(&header->limits[LIMIT_TRACE]);
}

/* Is every event there? */
static bool is_whole(const struct image *image)
{
	struct recording_header *header = (struct recording_header *)(uintptr_t)image->header;

	return atomic_load(&header->limits[LIMIT_TRACE]) == 0 && image->torn == 0;
}

/* The trace of the process that is judged. NULL: there is none, or it is no single process. */
static struct history *history_of(struct judge *judge, struct owner owner)
{
	const struct image *image = &judge->builder->run->images[owner.image];

	if (!judge->traced && !judge->several && !judge->by_class && is_traced(image))
		judge->history = witness_history(image, owner.process, &judge->arena);
	judge->traced = true;
	return judge->history;
}

static struct places_link link_in_trace(const struct judge *judge, const struct cycles_link *link)
{
	const struct cycles_dependency *dependency = &judge->dependencies[link->dependency];
	const struct cycles_held *held = &dependency->held[link->held];

	return (struct places_link){
		.held = (uint32_t)judge->by_index[held->lock]->number,
		.held_stack = judge->sites[held->stack].stack,
		.wanted = (uint32_t)judge->by_index[dependency->lock]->number,
		.wanted_stack = judge->sites[dependency->stack].stack,
		.thread = link->witness.thread ? (uint32_t)judge->thread_by_index[link->witness.thread]->key.number : 0,
	};
}

static bool excluded(void *ctx, struct cycle *cycle, bool weakly)
{
	struct judge *judge = ctx;
	struct owner owner = judge->owners[cycle->links[0].dependency];
	struct history *history = history_of(judge, owner);
	struct places_link links[PLACES_LINKS];
	struct exclusion exclusion;

	if (!history || !is_whole(&judge->builder->run->images[owner.image]) || judge->exclusions++ > EXCLUSIONS_MAX)
		return false;
	for (uint32_t i = 0; i < cycle->length; i++)
		links[i] = link_in_trace(judge, &cycle->links[i]);
	if (!exclude_ring(history, links, cycle->length, weakly, &exclusion))
		return false;
	cycle->histories = exclusion.histories;
	memcpy(cycle->event_links, exclusion.links, sizeof(exclusion.links));
	return true;
}

static const struct witnessed *witness_of(struct judge *judge, const struct cycle *cycle)
{
	struct owner owner = judge->owners[cycle->links[0].dependency];
	struct places_link links[PLACES_LINKS];

	if (cycle->rule != RULE_LOCK_ORDER_CYCLE || judge->by_class || !is_traced(&judge->builder->run->images[owner.image]))
		return NULL;
	if (judge->several)
		return witness_none(judge->builder, "its parts are of several processes, each of which has a trace of its own");
	if (!history_of(judge, owner))
		return witness_none(judge->builder, "this process has no trace");
	for (uint32_t i = 0; i < cycle->length; i++)
		links[i] = link_in_trace(judge, &cycle->links[i]);
	return witness_tell(judge->builder, judge->history, links, cycle->length);
}

/* ---- output ---- */

static const char *mode_name(uint8_t mode)
{
	return mode == LOCK_SHARED ? "shared" : "exclusive";
}

static const char *how_name(uint8_t how)
{
	return how == LOCK_TIMED ? "timed" : how == LOCK_TRY ? "try" : "blocking";
}

static struct acquisition acquisition_of(struct judge *judge, uint64_t lock, uint8_t mode, uint8_t how, uint32_t site)
{
	struct builder *builder = judge->builder;
	struct acquisition acquisition = {.mode = mode_name(mode), .how = how_name(how)};

	build_from(builder, judge->by_index[lock]->owner.image);
	acquisition.lock = build_lock(builder, judge->by_index[lock]->number);
	build_from(builder, judge->sites[site].owner.image);
	acquisition.stack = build_stack(builder, judge->sites[site].stack);
	return acquisition;
}

static struct link link_of(struct judge *judge, const struct cycles_link *from)
{
	const struct cycles_dependency *dependency = &judge->dependencies[from->dependency];
	const struct cycles_held *held = &dependency->held[from->held];
	struct link link = {
		.held = acquisition_of(judge, held->lock, held->mode, held->how, held->stack),
		.wanted = acquisition_of(judge, dependency->lock, dependency->mode, dependency->how, dependency->stack),
	};

	build_from(judge->builder, judge->owners[from->dependency].image);
	if (from->witness.thread)
		link.thread = build_thread(judge->builder, (uint32_t)judge->thread_by_index[from->witness.thread]->key.number);
	return link;
}

static const char *thread_at(const struct finding *finding, uint32_t link)
{
	return finding->links[link].thread ? finding->links[link].thread->name : "an unknown thread";
}

static int process_at(const struct finding *finding, uint32_t link)
{
	return finding->links[link].thread ? (int)finding->links[link].thread->pid : 0;
}

static const char *gate_reason(struct judge *judge, const struct finding *finding, const struct cycle *cycle)
{
	struct builder *builder = judge->builder;
	const char *first = thread_at(finding, cycle->gate_links[0]), *second = thread_at(finding, cycle->gate_links[1]), *name;
	const struct judge_lock *gate = judge->by_index[cycle->gate];

	if (!cycle->gate)
		return build_text(builder, "threads `%s` and `%s` held more locks than are told here: one may be a gate", first, second);
	build_from(builder, gate->owner.image);
	name = build_lock(builder, gate->number)->name;
	if (cycle->gate_inherited)
		return build_text(
			builder,
			"gate lock `%s` is held around what `%s` does by its creator, from pthread_create to pthread_join, and around "
			"what `%s` does",
			name, first, second);
	return build_text(builder, "gate lock `%s` is held by threads `%s` and `%s` around both orders", name, first, second);
}

static const char *excluded_reason(struct builder *builder, const struct finding *finding, const struct cycle *cycle)
{
	uint32_t one = cycle->event_links[0], other = cycle->event_links[1];
	const char *first = finding->locks[one]->name, *second = finding->locks[other]->name;

	if (!cycle->histories)
		return "in whatever order the critical sections of this run's trace come, one part lies behind another";
	return build_text(builder,
			  "since `%s` took `%s` it has taken and released `%s`, and since `%s` took `%s` it has taken and released `%s`, "
			  "every time: the one cannot come so far while the other is there",
			  thread_at(finding, one), first, second, thread_at(finding, other), second, first);
}

static const char *reason_of(struct judge *judge, const struct finding *finding, const struct cycle *cycle)
{
	struct builder *builder = judge->builder;
	static const char *const events[] = {[EVENT_CREATE] = "pthread_create",
					     [EVENT_JOIN] = "pthread_join",
					     [EVENT_BARRIER] = "pthread_barrier_wait",
					     [EVENT_FORK] = "fork",
					     [EVENT_SEMAPHORE] = "sem_post",
					     [EVENT_CONDITION] = "the condition signalled",
					     [EVENT_ONCE] = "pthread_once"};

	if (judge->by_class)
		return "locks of these classes were taken in these orders, no single ones";
	switch (cycle->rule) {
	case RULE_CYCLE_SINGLE_THREAD:
		return build_text(builder, "no two threads: only `%s` took the locks in these orders", thread_at(finding, 0));
	case RULE_CYCLE_COMPATIBLE:
		return build_text(builder, "`%s` is asked for and held by readers only, which do not block each other",
				  finding->links[cycle->why_link].wanted.lock->name);
	case RULE_CYCLE_GATED:
		return gate_reason(judge, finding, cycle);
	case RULE_CYCLE_ORDERED:
		return build_text(builder, "%s %s puts what `%s` did before what `%s` did", events[cycle->event.event],
				  story_place(builder, build_stack(builder, cycle->event.stack)), thread_at(finding, cycle->event_links[0]),
				  thread_at(finding, cycle->event_links[1]));
	case RULE_CYCLE_EXCLUDED:
		return excluded_reason(builder, finding, cycle);
	case RULE_CYCLE_WEAKLY_ORDERED:
		if (cycle->forced)
			return "only semaphores, conditions and the like, and the critical sections between them, kept its parts apart, in "
			       "this run";
		if (cycle->event.event == EVENT_END)
			return build_text(builder, "in this run process %d had ended before process %d did its part",
					  process_at(finding, cycle->event_links[0]), process_at(finding, cycle->event_links[1]));
		return build_text(builder, "only %s %s put what `%s` did before what `%s` did, in this run", events[cycle->event.event],
				  story_place(builder, build_stack(builder, cycle->event.stack)), thread_at(finding, cycle->event_links[0]),
				  thread_at(finding, cycle->event_links[1]));
	case RULE_CYCLE_BOUNDED:
		return build_text(builder, "thread `%s` asks for `%s` with a time limit, so it cannot wait for ever",
				  thread_at(finding, cycle->why_link), finding->links[cycle->why_link].wanted.lock->name);
	default:
		if (cycle->reader_behind_writer)
			return build_text(builder, "reader-behind-writer: `%s` makes readers wait behind a waiting writer",
					  finding->links[cycle->why_link].wanted.lock->name);
		return "different threads, no gate lock, and nothing that orders them: they can meet";
	}
}

static struct finding finding_of(struct judge *judge, const struct cycle *cycle)
{
	struct builder *builder = judge->builder;
	struct owner owner = judge->owners[cycle->links[0].dependency];
	const struct image *image = &builder->run->images[owner.image];
	const struct fact_process *process = (const struct fact_process *)index_find(&image->processes, owner.process);
	struct finding finding = {.count = cycle->count, .links_count = cycle->length, .locks_count = cycle->length};

	finding.rule = judge->by_class ? RULE_CYCLE_BY_CLASS : cycle->rule;
	finding.pid = process ? (pid_t)process->pid : 0;
	finding.exe = process ? process->exe : "?";
	finding.links = build_alloc(builder, cycle->length * sizeof(*finding.links));
	finding.locks = build_alloc(builder, cycle->length * sizeof(*finding.locks));
	for (uint32_t i = 0; i < cycle->length; i++) {
		finding.links[i] = link_of(judge, &cycle->links[i]);
		finding.locks[i] = finding.links[i].held.lock;
	}
	build_from(builder, owner.image);
	finding.reason = (char *)reason_of(judge, &finding, cycle);
	build_from(builder, owner.image);
	finding.witness = witness_of(judge, cycle);
	return finding;
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
	struct cycles_input input = {.location = location, .before = before, .gates = gates_of, .excluded = excluded, .ctx = judge};
	struct cycles_result result;

	input.dependencies = judge->dependencies;
	input.count = judge->count;
	result = cycles_find(&input, &judge->arena);
	for (const struct cycle *cycle = result.cycles; cycle; cycle = cycle->next) {
		struct finding finding;

		if ((judge->several && one_process(judge, cycle)) || (judge->by_class && cycle->rule == RULE_CYCLE_COMPATIBLE))
			continue;
		finding = finding_of(judge, cycle);
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

void judge_across(struct builder *builder, void (*add)(struct builder *builder, const struct finding *finding))
{
	struct judge judge = {.builder = builder, .several = true};

	arena_init(&judge.arena, grow, release, NULL);
	for (size_t i = 0; i < builder->run->images_count; i++) {
		const struct index *processes = &builder->run->images[i].processes;

		for (size_t j = 0; j < processes->count; j++)
			read_dependencies(&judge, (struct owner){i, index_number(processes->facts[j])}, true);
	}
	if (judge.count)
		judge_input(&judge, add);
	arena_fini(&judge.arena);
}
