/* components.c: see components.h. */
#include "components.h"

#include <string.h>

/* ---- building ---- */

static struct lock_node *node_at(struct lock_graph *graph, uint64_t lock)
{
	struct arena *arena = graph->arena;
	struct lock_node *node;

	HASH_FIND(hh, graph->by_lock, &lock, sizeof(lock), node);
	if (node)
		return node;
	if (graph->count == graph->room) {
		uint32_t room = graph->room ? graph->room * 2 : 64;
		struct lock_node **nodes = arena_alloc(arena, room * sizeof(*nodes));

		if (!nodes)
			return NULL;
		if (graph->count)
			memcpy(nodes, graph->nodes, graph->count * sizeof(*nodes));
		graph->nodes = nodes;
		graph->room = room;
	}
	node = arena_alloc(arena, sizeof(*node));
	if (!node)
		return NULL;
	node->lock = lock;
	node->index = graph->count;
	HASH_ADD(hh, graph->by_lock, lock, sizeof(node->lock), node);
	if (!hash_added(node))
		return NULL;
	return graph->nodes[graph->count++] = node;
}

static struct lock_edge *edge_at(struct lock_graph *graph, struct lock_node *from, struct lock_node *to)
{
	struct arena *arena = graph->arena;
	uint64_t key = (uint64_t)from->index << 32 | to->index;
	struct lock_edge *edge;

	HASH_FIND(hh, graph->by_key, &key, sizeof(key), edge);
	if (edge)
		return edge;
	edge = arena_alloc(arena, sizeof(*edge));
	if (!edge)
		return NULL;
	edge->key = key;
	edge->from = from->index;
	edge->to = to->index;
	HASH_ADD(hh, graph->by_key, key, sizeof(edge->key), edge);
	if (!hash_added(edge))
		return NULL;
	edge->next_out = from->out;
	from->out = edge;
	return edge;
}

static bool add_link(struct lock_graph *graph, uint64_t from, uint64_t to, uint32_t dependency, uint32_t held)
{
	struct lock_node *source = node_at(graph, from), *target = node_at(graph, to);
	struct lock_edge *edge = source && target ? edge_at(graph, source, target) : NULL;
	struct lock_link *link = edge ? arena_alloc(graph->arena, sizeof(*link)) : NULL;

	if (!link)
		return false;
	*link = (struct lock_link){dependency, held, NULL};
	if (edge->last)
		edge->last->next = link;
	else
		edge->first = link;
	edge->last = link;
	return true;
}

/* A try does not wait, so it is no link; what it holds is. */
static bool add_links(struct lock_graph *graph, const struct cycles_input *input)
{
	for (size_t i = 0; i < input->count; i++) {
		const struct cycles_dependency *dependency = &input->dependencies[i];

		if (dependency->how == LOCK_TRY || (dependency->writer_preferring && cycles_reads_again(dependency, NULL)))
			continue;
		for (uint32_t j = 0; j < dependency->held_count; j++)
			if (dependency->held[j].lock != dependency->lock &&
			    !add_link(graph, dependency->held[j].lock, dependency->lock, (uint32_t)i, j))
				return false;
	}
	return true;
}

/* ---- Tarjan ---- */

struct visit {
	uint32_t number, low; /* number 0: not visited yet */
	bool on_stack;
	struct lock_edge *edge; /* the next one to follow */
};
struct tarjan {
	struct lock_graph *graph;
	struct visit *visits;
	uint32_t *path, *stack; /* of the search; of nodes without a component yet */
	uint32_t path_count, stack_count;
	uint32_t numbers, components;
};

static void enter(struct tarjan *t, uint32_t node)
{
	struct visit *visit = &t->visits[node];

	visit->number = visit->low = ++t->numbers;
	visit->edge = t->graph->nodes[node]->out;
	visit->on_stack = true;
	t->path[t->path_count++] = node;
	t->stack[t->stack_count++] = node;
}

static void leave(struct tarjan *t, uint32_t node)
{
	uint32_t member;

	t->path_count--;
	if (t->path_count && t->visits[node].low < t->visits[t->path[t->path_count - 1]].low)
		t->visits[t->path[t->path_count - 1]].low = t->visits[node].low;
	if (t->visits[node].low != t->visits[node].number)
		return;
	t->components++;
	do {
		member = t->stack[--t->stack_count];
		t->visits[member].on_stack = false;
		t->graph->nodes[member]->component = t->components;
	} while (member != node);
}

static void search(struct tarjan *t, uint32_t root)
{
	enter(t, root);
	while (t->path_count) {
		uint32_t node = t->path[t->path_count - 1];
		struct lock_edge *edge = t->visits[node].edge;
		struct visit *next;

		if (!edge) {
			leave(t, node);
			continue;
		}
		t->visits[node].edge = edge->next_out;
		next = &t->visits[edge->to];
		if (!next->number)
			enter(t, edge->to);
		else if (next->on_stack && next->number < t->visits[node].low)
			t->visits[node].low = next->number;
	}
}

/* Keeps the edges inside components, and fills the lists of incoming ones. */
static void cut(struct lock_graph *graph)
{
	for (uint32_t i = 0; i < graph->count; i++) {
		struct lock_edge **at = &graph->nodes[i]->out;

		while (*at) {
			struct lock_edge *edge = *at;
			struct lock_node *target = graph->nodes[edge->to];

			if (target->component != graph->nodes[i]->component) {
				*at = edge->next_out;
				continue;
			}
			edge->next_in = target->in;
			target->in = edge;
			at = &edge->next_out;
		}
	}
}

bool components_find(struct lock_graph *graph, const struct cycles_input *input, struct arena *arena)
{
	struct tarjan tarjan = {.graph = graph};

	*graph = (struct lock_graph){.arena = arena};
	if (!add_links(graph, input))
		return false;
	if (graph->count == 0)
		return true;
	tarjan.visits = arena_alloc(arena, graph->count * sizeof(*tarjan.visits));
	tarjan.path = arena_alloc(arena, graph->count * sizeof(*tarjan.path));
	tarjan.stack = arena_alloc(arena, graph->count * sizeof(*tarjan.stack));
	if (!tarjan.visits || !tarjan.path || !tarjan.stack)
		return false;
	for (uint32_t i = 0; i < graph->count; i++)
		if (!tarjan.visits[i].number)
			search(&tarjan, i);
	cut(graph);
	return true;
}
