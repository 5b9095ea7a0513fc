/* cycles.c: see cycles.h. */
#include "cycles.h"

#include <string.h>

#include "classify.h"
#include "components.h"
#include "hash.h"

#define MAX_LENGTH  8u
#define MAX_CYCLES  200000u
#define MAX_CHOICES 4096u	/* combinations of dependencies looked at for one ring of locks */
#define MAX_STEPS   20000000u	/* of the search, in all */
#define MAX_SCANS   4000000000u /* edges looked at for distances, in all: half a minute */

/* Cycles at one set of code locations. */
struct group {
	uint64_t key;
	struct cycle *cycle;
	uint64_t first; /* its place among all groups */
	UT_hash_handle hh;
};
/* How far nodes are from one, or to it. */
struct distances {
	uint32_t *of;	/* by node; UINT32_MAX: not known */
	uint32_t *list; /* the nodes of which it is known, near ones first */
	uint32_t count;
};
struct enumeration {
	const struct cycles_input *input;
	struct arena *arena;
	struct lock_graph graph;
	struct cycles_result *result;
	struct group *groups;
	uint32_t max_length;
	uint64_t max_cycles, steps, scans, groups_count;
	struct distances from, to; /* the start of the search */
	bool *on_path;
	struct lock_edge *path[MAX_LENGTH];
	struct lock_link *chosen[MAX_LENGTH];
	struct cycle *candidate; /* scratch, with room for the longest */
};

static int level_of(int rule)
{
	enum { NOTE = 1, WARNING, ERROR };
	static const int levels[] = {
#define RULE(id, name, level, text) level,
#include "rules.def"
#undef RULE
	};

	return levels[rule];
}

/* ---- grouping ---- */

static uint64_t location(const struct cycles_input *input, uint32_t stack)
{
	return input->location ? input->location(input->ctx, stack) : stack;
}

/* The same for every rotation of a ring: a sum over its links' locations. */
static uint64_t group_key(struct enumeration *e, uint32_t length)
{
	uint64_t key = length;

	for (uint32_t i = 0; i < length; i++) {
		const struct cycles_dependency *dependency = &e->input->dependencies[e->chosen[i]->dependency];
		const struct cycles_held *held = &dependency->held[e->chosen[i]->held];

		key += hash_mix(hash_mix(1, location(e->input, held->stack)), location(e->input, dependency->stack));
	}
	return key;
}

static size_t cycle_size(const struct enumeration *e)
{
	return sizeof(struct cycle) + e->max_length * sizeof(struct cycles_link);
}

/* The chosen links as a cycle. Its first link is the one of the smallest dependency, so that rotations look the same. */
static void fill_candidate(struct enumeration *e, uint32_t length)
{
	uint32_t first = 0;

	for (uint32_t i = 1; i < length; i++)
		if (e->chosen[i]->dependency < e->chosen[first]->dependency)
			first = i;
	memset(e->candidate, 0, cycle_size(e));
	e->candidate->length = length;
	e->candidate->count = 1;
	for (uint32_t i = 0; i < length; i++) {
		const struct lock_link *link = e->chosen[(first + i) % length];

		e->candidate->links[i].dependency = link->dependency;
		e->candidate->links[i].held = link->held;
	}
}

static struct group *group_new(struct enumeration *e, uint64_t key)
{
	struct arena *arena = e->arena;
	struct group *group = arena_alloc(arena, sizeof(*group));

	if (!group)
		return NULL;
	group->key = key;
	group->cycle = arena_alloc(arena, cycle_size(e));
	if (!group->cycle)
		return NULL;
	HASH_ADD(hh, e->groups, key, sizeof(group->key), group);
	if (!hash_added(group))
		return NULL;
	group->first = e->groups_count++;
	return group;
}

/* Does a link hold, besides its own, the lock that another link of the ring holds? Then the two exclude each other, and a shorter ring leads
 * through that link: this one says nothing new. */
static bool has_chord(struct enumeration *e, uint32_t length)
{
	for (uint32_t i = 0; i < length; i++) {
		const struct cycles_dependency *one = &e->input->dependencies[e->chosen[i]->dependency];

		for (uint32_t j = 0; j < length; j++) {
			const struct cycles_dependency *other = &e->input->dependencies[e->chosen[j]->dependency];
			const struct cycles_held *held = &other->held[e->chosen[j]->held];

			for (uint32_t k = 0; i != j && k < one->held_count; k++)
				if (one->held[k].lock == held->lock &&
				    (one->held[k].mode == LOCK_EXCLUSIVE || held->mode == LOCK_EXCLUSIVE))
					return true;
		}
	}
	return false;
}

/* One concrete cycle: counted in its group, and judged unless the group has an error already. */
static bool add_cycle(struct enumeration *e, uint32_t length)
{
	uint64_t key = group_key(e, length), count;
	struct group *group;

	e->result->enumerated++;
	if (has_chord(e, length))
		return true;
	HASH_FIND(hh, e->groups, &key, sizeof(key), group);
	if (group && level_of(group->cycle->rule) == 3) {
		group->cycle->count++;
		return true;
	}
	fill_candidate(e, length);
	classify_cycle(e->input, e->candidate);
	if (!group) {
		group = group_new(e, key);
		if (!group)
			return false;
		memcpy(group->cycle, e->candidate, cycle_size(e));
		return true;
	}
	count = group->cycle->count + 1;
	if (level_of(e->candidate->rule) > level_of(group->cycle->rule))
		memcpy(group->cycle, e->candidate, cycle_size(e));
	group->cycle->count = count;
	return true;
}

/* Every choice of one dependency for each edge of the ring in e->path. */
static bool add_choices(struct enumeration *e, uint32_t length)
{
	uint32_t choices = 0, at;

	for (uint32_t i = 0; i < length; i++)
		e->chosen[i] = e->path[i]->first;
	do {
		if (choices++ == MAX_CHOICES || e->result->enumerated == e->max_cycles) {
			e->result->bounded = true;
			return true;
		}
		if (!add_cycle(e, length))
			return false;
		for (at = 0; at < length; at++) {
			e->chosen[at] = e->chosen[at]->next;
			if (e->chosen[at])
				break;
			e->chosen[at] = e->path[at]->first;
		}
	} while (at < length);
	return true;
}

/* ---- readers that read again ---- */

bool cycles_reads_again(const struct cycles_dependency *dependency, uint32_t *held)
{
	for (uint32_t i = 0; i < dependency->held_count; i++)
		if (dependency->held[i].lock == dependency->lock && dependency->held[i].mode == LOCK_SHARED &&
		    dependency->mode == LOCK_SHARED) {
			if (held)
				*held = i;
			return true;
		}
	return false;
}

/* Cycles of one link. Where there is no writer, there is none. */
static bool add_read_again(struct enumeration *e)
{
	struct lock_link link = {0};

	e->chosen[0] = &link;
	for (uint32_t i = 0; i < e->input->count; i++) {
		const struct cycles_dependency *dependency = &e->input->dependencies[i];

		link.dependency = i;
		if (dependency->how == LOCK_TRY || !dependency->writer_preferring || !cycles_reads_again(dependency, &link.held) ||
		    !classify_has_writer(e->input, dependency))
			continue;
		if (!add_cycle(e, 1))
			return false;
	}
	return true;
}

/* ---- enumeration ---- */

static void know(struct distances *distances, uint32_t node, uint32_t distance)
{
	distances->of[node] = distance;
	distances->list[distances->count++] = node;
}

static void forget(struct distances *distances)
{
	for (uint32_t i = 0; i < distances->count; i++)
		distances->of[distances->list[i]] = UINT32_MAX;
	distances->count = 0;
}

/* Distances from `start` along edges, up to `most`, over nodes that are not before it: a cycle is found from its first node. */
static void measure_from(struct enumeration *e, uint32_t start, uint32_t most)
{
	know(&e->from, start, 0);
	for (uint32_t head = 0; head < e->from.count; head++) {
		uint32_t node = e->from.list[head], next = e->from.of[node] + 1;

		if (next > most)
			return;
		for (struct lock_edge *edge = e->graph.nodes[node]->out; edge; edge = edge->next_out) {
			e->scans++;
			if (edge->to > start && e->from.of[edge->to] == UINT32_MAX)
				know(&e->from, edge->to, next);
		}
	}
}

/*
 * Distances to `start`, of the nodes that may lie in a ring of that length with it. Those are no farther from it than what is left: so from both
 * sides no more than half of the length is looked at for its own sake, which in a large component is little of it.
 */
static void measure_to(struct enumeration *e, uint32_t start, uint32_t length)
{
	uint32_t half = length / 2;

	measure_from(e, start, half);
	know(&e->to, start, 0);
	for (uint32_t head = 0; head < e->to.count; head++) {
		uint32_t node = e->to.list[head], next = e->to.of[node] + 1;

		if (next == length)
			return;
		for (struct lock_edge *edge = e->graph.nodes[node]->in; edge; edge = edge->next_in) {
			e->scans++;
			if (edge->from > start && e->to.of[edge->from] == UINT32_MAX &&
			    (length - next > half || e->from.of[edge->from] <= length - next))
				know(&e->to, edge->from, next);
		}
	}
}

static bool exhausted(struct enumeration *e)
{
	if (e->steps < MAX_STEPS && e->scans < MAX_SCANS && e->result->enumerated < e->max_cycles)
		return false;
	e->result->bounded = true;
	return true;
}

/* All rings of exactly `length` locks whose first node is `start`. The distances keep the search from running into dead ends. */
static bool rings_from(struct enumeration *e, uint32_t start, uint32_t length)
{
	struct lock_edge *next[MAX_LENGTH];
	uint32_t depth = 0;

	next[0] = e->graph.nodes[start]->out;
	for (;;) {
		struct lock_edge *edge = next[depth];

		if (!edge || exhausted(e)) {
			if (depth == 0)
				return true;
			e->on_path[e->path[--depth]->to] = false;
			continue;
		}
		next[depth] = edge->next_out;
		e->steps++;
		e->path[depth] = edge;
		if (depth + 1 == length) {
			if (edge->to == start && !add_choices(e, length))
				return false;
		} else if (edge->to > start && !e->on_path[edge->to] && e->to.of[edge->to] <= length - depth - 1) {
			e->on_path[edge->to] = true;
			next[++depth] = e->graph.nodes[edge->to]->out;
		}
	}
}

static bool enumerate(struct enumeration *e)
{
	for (uint32_t length = 2; length <= e->max_length; length++) {
		for (uint32_t start = 0; start < e->graph.count && !exhausted(e); start++) {
			bool whole;

			if (!e->graph.nodes[start]->out)
				continue;
			measure_to(e, start, length);
			whole = rings_from(e, start, length);
			forget(&e->from);
			forget(&e->to);
			if (!whole)
				return false;
		}
	}
	return true;
}

/* ---- the result ---- */

static int before_in_list(const struct group *a, const struct group *b)
{
	int a_level = level_of(a->cycle->rule), b_level = level_of(b->cycle->rule);

	if (a_level != b_level)
		return b_level - a_level;
	if (a->cycle->length != b->cycle->length)
		return a->cycle->length < b->cycle->length ? -1 : 1;
	return a->first < b->first ? -1 : 1;
}

static struct cycle *list(struct enumeration *e)
{
	struct cycle *first = NULL, **last = &first;
	struct group *group, *next;

	HASH_SORT(e->groups, before_in_list);
	HASH_ITER (hh, e->groups, group, next) {
		*last = group->cycle;
		last = &group->cycle->next;
	}
	return first;
}

static bool distances_new(struct distances *distances, struct arena *arena, size_t count)
{
	distances->of = arena_alloc(arena, count * sizeof(*distances->of));
	distances->list = arena_alloc(arena, count * sizeof(*distances->list));
	if (distances->of)
		memset(distances->of, 0xff, count * sizeof(*distances->of));
	return distances->of && distances->list;
}

static bool prepare(struct enumeration *e)
{
	size_t count = e->graph.count ? e->graph.count : 1;

	e->on_path = arena_alloc(e->arena, count * sizeof(*e->on_path));
	e->candidate = arena_alloc(e->arena, cycle_size(e));
	return e->on_path && e->candidate && distances_new(&e->from, e->arena, count) && distances_new(&e->to, e->arena, count);
}

struct cycles_result cycles_find(const struct cycles_input *input, struct arena *arena)
{
	struct cycles_result result = {0};
	struct cycles_input own = *input;
	struct enumeration e = {.input = &own, .arena = arena, .result = &result};

	e.max_length = input->max_length && input->max_length < MAX_LENGTH ? input->max_length : MAX_LENGTH;
	e.max_cycles = input->max_cycles ? input->max_cycles : MAX_CYCLES;
	own.writers = NULL;
	result.no_memory = !classify_prepare(&own, arena) || !components_find(&e.graph, &own, arena) || !prepare(&e) ||
			   !add_read_again(&e) || !enumerate(&e);
	result.cycles = list(&e);
	result.looked = e.steps + e.scans;
	return result;
}
