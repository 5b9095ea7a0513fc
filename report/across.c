/* across.c: see across.h. */
#include "across.h"

#include <stdlib.h>
#include <string.h>

#include "content.h"
#include "graph/cycles.h"
#include "memory.h"
#include "options.h"
#include "progress.h"

/* Shortest first: whoever has more has enough to do with these. */
#define CYCLES_MAX     10000
#define CYCLES_OF_RUN  1000 /* when the ring is looked for in one run */
#define RUNS_LOOKED_AT 16   /* for each ring; where more have all its links it is theirs */

/* A class of locks in a program, the `nesting`th of it that a thread holds; and its number for the cycle stage, from 1. */
struct class
{
	struct {
		uint64_t program, content, nesting; /* program 0: any */
	} key;
	uint64_t index;
	const struct lock *lock;
	const char *program;
	UT_hash_handle hh;
};
/* A lock taken at a stack; what the cycle stage calls a stack is its place in the list. */
struct site {
	const struct class *class;
	char stack[RECORD_KEY + 1]; /* empty: none is known */
};
/* A dependency that has an edge. */
struct member {
	size_t dependency;
	struct member *next;
};
/* One class asked for with another held: which runs have that, a bit for each. */
struct edge {
	struct {
		uint64_t held, wanted;
	} key;
	uint64_t *runs;
	struct member *members;
	size_t origins_count; /* the same, once a finding names them */
	const struct origin *const *origins;
	UT_hash_handle hh;
};
struct across {
	struct merged *merged;
	bool joined; /* programs */
	struct arena arena;
	struct class *classes;
	const struct class **by_index;
	size_t classes_count, classes_room;
	struct site *sites;
	size_t sites_count, sites_room;
	struct cycles_dependency *dependencies;
	uint64_t **runs; /* of the dependencies; a bit for each run */
	size_t count, room, runs_room;
	struct edge *edges; /* of rings */
	const struct record *record;
};

static void *grow(void *ctx, size_t size)
{
	(void)ctx;
	return calloc(1, size);
}

static void release(void *ctx, void *block, size_t size)
{
	(void)ctx;
	(void)size;
	free(block);
}

static void *scratch(struct across *across, size_t count, size_t size)
{
	void *memory = arena_alloc(&across->arena, count ? count * size : 1);

	if (!memory)
		die("out of memory");
	return memory;
}

static void *with_room(void *list, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return list;
	*room = *room ? *room * 2 : 256;
	return resized(list, *room, size);
}

/* ---- input ---- */

static const struct class *class_of(struct across *across, const char *program, const char *key, uint64_t nesting)
{
	struct arena *arena = &across->arena;
	struct class *class, wanted = {.key = {across->joined ? 0 : content_text(0, program), strtoull(key, NULL, 16), nesting}};

	HASH_FIND(hh, across->classes, &wanted.key, sizeof(wanted.key), class);
	if (class)
		return class;
	class = scratch(across, 1, sizeof(*class));
	*class = wanted;
	class->lock = merged_class(across->merged, across->record, key);
	class->program = build_text(across->merged->builder, "%s", program);
	class->index = ++across->classes_count;
	across->by_index = with_room(across->by_index, class->index, &across->classes_room, sizeof(*across->by_index));
	across->by_index[class->index] = class;
	HASH_ADD(hh, across->classes, key, sizeof(class->key), class);
	if (!hash_added(class))
		die("out of memory");
	return class;
}

static uint32_t add_site(struct across *across, const struct class *class, const json_t *taken)
{
	const char *stack = json_string_value(json_object_get(taken, "stack"));
	struct site site = {.class = class};

	if (stack && strlen(stack) == RECORD_KEY)
		memcpy(site.stack, stack, sizeof(site.stack));
	across->sites = with_room(across->sites, across->sites_count, &across->sites_room, sizeof(*across->sites));
	across->sites[across->sites_count] = site;
	return (uint32_t)across->sites_count++;
}

static uint8_t mode_of(const json_t *taken)
{
	return strcmp(merged_mode(taken), "shared") == 0 ? LOCK_SHARED : LOCK_EXCLUSIVE;
}

static uint8_t how_of(const json_t *taken)
{
	const char *how = merged_how(taken);

	return strcmp(how, "timed") == 0 ? LOCK_TIMED : strcmp(how, "try") == 0 ? LOCK_TRY : LOCK_BLOCKING;
}

static const char *key_of(const struct across *across, const json_t *taken)
{
	const char *key = json_string_value(json_object_get(taken, "lock"));

	if (!key)
		merged_damaged(across->merged, across->record);
	return key;
}

/* How many of that class are held in the first `count` places. */
static uint64_t nesting_of(const struct across *across, const json_t *held, size_t count, const char *key)
{
	uint64_t nesting = 0;

	for (size_t i = 0; i < count; i++)
		nesting += strcmp(key_of(across, json_array_get(held, i)), key) == 0;
	return nesting;
}

static const struct cycles_held *held_of(struct across *across, const char *program, const json_t *list)
{
	struct cycles_held *held = scratch(across, json_array_size(list), sizeof(*held));

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *taken = json_array_get(list, i);
		const char *key = key_of(across, taken);
		const struct class *class = class_of(across, program, key, nesting_of(across, list, i, key));

		held[i] = (struct cycles_held){class->index, add_site(across, class, taken), mode_of(taken), how_of(taken)};
	}
	return held;
}

/* The runs that saw it, a bit for each. */
static uint64_t *runs_of(struct across *across, json_t *object)
{
	uint64_t *runs = scratch(across, across->merged->runs_count / 64 + 1, sizeof(*runs));
	const char *id;
	json_t *count;

	json_object_foreach(object, id, count)
	{
		size_t run = merged_run_of(across->merged, id);

		if (run == across->merged->runs_count)
			merged_damaged(across->merged, across->record);
		runs[run / 64] |= 1ull << run % 64;
	}
	if (json_object_size(object) == 0)
		merged_damaged(across->merged, across->record);
	return runs;
}

static void add_dependency(struct across *across, const json_t *object)
{
	const json_t *wanted = json_object_get(object, "wanted"), *held = json_object_get(object, "held");
	const char *program = json_string_value(json_object_get(object, "program")), *key = key_of(across, wanted);
	const struct class *class;

	if (!program)
		merged_damaged(across->merged, across->record);
	class = class_of(across, program, key, nesting_of(across, held, json_array_size(held), key));
	across->dependencies = with_room(across->dependencies, across->count, &across->room, sizeof(*across->dependencies));
	across->runs = with_room(across->runs, across->count, &across->runs_room, sizeof(*across->runs));
	across->runs[across->count] = runs_of(across, json_object_get(object, "runs"));
	across->dependencies[across->count] = (struct cycles_dependency){
		.lock = class->index,
		.stack = add_site(across, class, wanted),
		.mode = mode_of(wanted),
		.how = how_of(wanted),
		.writer_preferring = strcmp(class->lock->kind, "writer-preferring rwlock") == 0,
		.cut = json_is_true(json_object_get(object, "cut")),
		.held_count = (uint32_t)json_array_size(held),
		.held = held_of(across, program, held),
	};
	across->count++;
}

static void read_dependencies(struct across *across)
{
	const struct records *records = across->merged->records;

	for (size_t i = 0; i < records->count; i++) {
		json_t *object;

		across->record = &records->list[i];
		if (across->record->kind != RECORD_DEPENDENCY)
			continue;
		progress_say("reading dependency", i, records->count);
		object = merged_object(across->merged, across->record);
		add_dependency(across, object);
		json_decref(object);
	}
}

static const struct stack *stack_at(struct across *across, uint32_t number)
{
	json_t *key = across->sites[number].stack[0] ? json_string(across->sites[number].stack) : NULL;
	const struct stack *stack = merged_stack(across->merged, across->record, key);

	json_decref(key);
	return stack;
}

/* The lock, and the user's frame where it is taken, as of the rings of one run (judge.c). */
static uint64_t location(void *ctx, uint32_t number)
{
	struct across *across = ctx;
	const struct stack *stack = stack_at(across, number);
	struct stack top = {.count = 1};

	if (!stack)
		return across->sites[number].class->index;
	top.frames = stack->frames;
	return content_number(content_stack(&top), across->sites[number].class->index);
}

/* ---- which runs have which part of a ring ---- */

static struct edge *edge_of(struct across *across, uint64_t held, uint64_t wanted, bool make)
{
	struct arena *arena = &across->arena;
	struct edge *edge, key = {.key = {held, wanted}};

	HASH_FIND(hh, across->edges, &key.key, sizeof(key.key), edge);
	if (edge || !make)
		return edge;
	edge = scratch(across, 1, sizeof(*edge));
	*edge = key;
	edge->runs = scratch(across, across->merged->runs_count / 64 + 1, sizeof(*edge->runs));
	HASH_ADD(hh, across->edges, key, sizeof(edge->key), edge);
	if (!hash_added(edge))
		die("out of memory");
	return edge;
}

static struct edge *edge_at(struct across *across, const struct cycle *cycle, uint32_t link, bool make)
{
	const struct cycles_dependency *dependency = &across->dependencies[cycle->links[link].dependency];

	return edge_of(across, dependency->held[cycle->links[link].held].lock, dependency->lock, make);
}

static size_t words(const struct across *across)
{
	return across->merged->runs_count / 64 + 1;
}

static void add_member(struct across *across, struct edge *edge, size_t dependency)
{
	struct member *member = scratch(across, 1, sizeof(*member));

	*member = (struct member){dependency, edge->members};
	edge->members = member;
	for (size_t k = 0; k < words(across); k++)
		edge->runs[k] |= across->runs[dependency][k];
}

/* Of every link of a ring all runs that have it, wherever they take the locks. */
static void find_edges(struct across *across, const struct cycles_result *result)
{
	for (const struct cycle *cycle = result->cycles; cycle; cycle = cycle->next)
		for (uint32_t i = 0; i < cycle->length; i++)
			edge_at(across, cycle, i, true);
	for (size_t i = 0; i < across->count; i++) {
		const struct cycles_dependency *dependency = &across->dependencies[i];

		for (uint32_t j = 0; j < dependency->held_count && dependency->how != LOCK_TRY; j++) {
			struct edge *edge = edge_of(across, dependency->held[j].lock, dependency->lock, false);

			if (edge)
				add_member(across, edge, i);
		}
	}
}

static bool has_run(const uint64_t *runs, size_t run)
{
	return runs[run / 64] >> run % 64 & 1;
}

static bool can_happen(const struct cycle *cycle)
{
	return cycle->rule == RULE_LOCK_ORDER_CYCLE || cycle->rule == RULE_CYCLE_BOUNDED;
}

/* Is there such a ring among these dependencies? Where the search was cut short it is assumed. */
static bool is_ring(const struct cycles_dependency *dependencies, size_t count, uint32_t length)
{
	struct cycles_input input = {.dependencies = dependencies, .count = count, .max_cycles = CYCLES_OF_RUN};
	struct cycles_result result;
	struct arena arena;
	bool found;

	arena_init(&arena, grow, release, NULL);
	result = cycles_find(&input, &arena);
	found = result.bounded || result.no_memory;
	for (const struct cycle *cycle = result.cycles; cycle; cycle = cycle->next)
		found |= cycle->length == length && can_happen(cycle);
	arena_fini(&arena);
	return found;
}

/* Has that run, which has all links, the ring too? Not if a gate keeps its own links apart. */
static bool is_whole_in(struct across *across, const struct cycle *cycle, size_t run)
{
	struct cycles_dependency *own = NULL;
	size_t count = 0, room = 0;
	bool whole;

	for (uint32_t i = 0; i < cycle->length; i++)
		for (const struct member *member = edge_at(across, cycle, i, false)->members; member; member = member->next) {
			if (!has_run(across->runs[member->dependency], run))
				continue;
			own = with_room(own, count, &room, sizeof(*own));
			own[count++] = across->dependencies[member->dependency];
		}
	whole = is_ring(own, count, cycle->length);
	free(own);
	return whole;
}

static bool is_of_one_run(struct across *across, const struct cycle *cycle)
{
	size_t looked = 0;

	for (size_t run = 0; run < across->merged->runs_count; run++) {
		bool common = true;

		for (uint32_t i = 0; i < cycle->length && common; i++)
			common = has_run(edge_at(across, cycle, i, false)->runs, run);
		if (common && (++looked > RUNS_LOOKED_AT || is_whole_in(across, cycle, run)))
			return true;
	}
	return false;
}

/* ---- the finding ---- */

static struct acquisition acquisition_of(struct across *across, uint64_t lock, uint8_t mode, uint8_t how, uint32_t site)
{
	return (struct acquisition){.lock = across->by_index[lock]->lock,
				    .mode = mode == LOCK_SHARED ? "shared" : "exclusive",
				    .how = how == LOCK_TIMED ? "timed"
					   : how == LOCK_TRY ? "try"
							     : "blocking",
				    .stack = stack_at(across, site)};
}

static const struct origin *const *origins_of(struct across *across, const uint64_t *runs, size_t *count)
{
	struct merged *merged = across->merged;
	const struct origin **list;
	size_t room = 0;

	for (size_t k = 0; k < words(across); k++)
		room += (size_t)__builtin_popcountll(runs[k]);
	list = build_alloc(merged->builder, room * sizeof(*list));
	for (size_t i = 0; i < merged->runs_count; i++)
		if (has_run(runs, i))
			list[(*count)++] = &merged->runs[i].origin;
	return list;
}

/* Many rings have a link in common. */
static void set_origins(struct across *across, struct edge *edge, struct link *link)
{
	if (!edge->origins)
		edge->origins = origins_of(across, edge->runs, &edge->origins_count);
	link->runs = edge->origins;
	link->runs_count = edge->origins_count;
}

static struct link link_of(struct across *across, const struct cycle *cycle, uint32_t number)
{
	const struct cycles_dependency *dependency = &across->dependencies[cycle->links[number].dependency];
	const struct cycles_held *held = &dependency->held[cycle->links[number].held];
	struct link link = {
		.held = acquisition_of(across, held->lock, held->mode, held->how, held->stack),
		.wanted = acquisition_of(across, dependency->lock, dependency->mode, dependency->how, dependency->stack),
	};

	set_origins(across, edge_at(across, cycle, number, false), &link);
	return link;
}

/* "`A` is held where `B` is taken, in f (file.c:3), in run X; ..." */
static const char *message_of(struct builder *builder, const struct finding *finding)
{
	const char *message = "";

	for (size_t i = 0; i < finding->links_count; i++) {
		const struct link *link = &finding->links[i];

		message = build_text(builder, "%s%s`%s` is held where `%s` is taken, %s, in run %s", message, i ? "; " : "",
				     link->held.lock->name, link->wanted.lock->name, story_place(builder, link->wanted.stack),
				     link->runs[0]->id);
		if (link->runs_count > 1)
			message = build_text(builder, "%s and %zu more", message, link->runs_count - 1);
	}
	return message;
}

static const char *reason_of(const struct cycle *cycle)
{
	if (cycle->rule == RULE_CYCLE_BOUNDED)
		return "each run has a part of the ring, none has all of it, and one of the locks is asked for with a time limit";
	return "each run has a part of the ring, none has all of it: one that takes both ways can deadlock";
}

static struct finding finding_of(struct across *across, const struct cycle *cycle)
{
	struct builder *builder = across->merged->builder;
	struct finding finding = {.rule = RULE_CYCLE_ACROSS_RUNS, .count = cycle->count, .reason = (char *)reason_of(cycle)};
	uint64_t *all = scratch(across, words(across), sizeof(*all));

	finding.exe = across->sites[across->dependencies[cycle->links[0].dependency].stack].class->program;
	finding.links = build_alloc(builder, cycle->length * sizeof(*finding.links));
	finding.locks = build_alloc(builder, cycle->length * sizeof(*finding.locks));
	finding.links_count = finding.locks_count = cycle->length;
	for (uint32_t i = 0; i < cycle->length; i++) {
		finding.links[i] = link_of(across, cycle, i);
		finding.locks[i] = finding.links[i].held.lock;
		for (size_t k = 0; k < words(across); k++)
			all[k] |= edge_at(across, cycle, i, false)->runs[k];
	}
	finding.runs = origins_of(across, all, &finding.runs_count);
	finding.message = (char *)message_of(builder, &finding);
	fingerprint_make(builder, &finding);
	return finding;
}

static void tell(struct across *across, const struct cycles_result *result,
		 void (*add)(struct builder *builder, const struct finding *finding))
{
	find_edges(across, result);
	for (const struct cycle *cycle = result->cycles; cycle; cycle = cycle->next) {
		struct finding finding;

		if (!can_happen(cycle) || is_of_one_run(across, cycle))
			continue;
		finding = finding_of(across, cycle);
		add(across->merged->builder, &finding);
	}
	if (result->bounded || result->no_memory)
		run_remark(across->merged->builder->run,
			   printed("the search for cycles across runs was cut short after %llu of them: there may be more",
				   (unsigned long long)result->enumerated));
}

void across_find(struct merged *merged, const struct options *options, void (*add)(struct builder *builder, const struct finding *finding))
{
	struct across across = {.merged = merged, .joined = option_flag(options, OPTION_JOIN_PROGRAMS)};
	struct cycles_input input = {.location = location, .ctx = &across, .max_cycles = CYCLES_MAX};
	struct cycles_result result;

	arena_init(&across.arena, grow, release, NULL);
	read_dependencies(&across);
	progress_say("judging what lies across runs", 0, 0);
	input.dependencies = across.dependencies;
	input.count = across.count;
	result = cycles_find(&input, &across.arena);
	tell(&across, &result, add);
	arena_fini(&across.arena);
	free(across.dependencies);
	free(across.runs);
	free(across.sites);
	free(across.by_index);
}
