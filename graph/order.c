/* order.c: see order.h. */
#include "order.h"

#include <string.h>

#include "hash.h"

struct edge {
	uint64_t key; /* from << 32 | to */
	uint32_t from, to;
	struct edge *next_out, **back_out;
	struct edge *next_in, **back_in;
	UT_hash_handle hh;
};
struct node {
	uint64_t rank; /* place in the topological order; of representatives only */
	struct edge *out, *in;
	uint32_t parent;       /* union-find; itself: it represents its component */
	uint32_t next_in_ring; /* the members of a component, in a circle */
	uint32_t size;	       /* how many members; of representatives only */
	uint32_t mark;	       /* MARK_* of the search that is going on */
	uint32_t next_free;
	bool used;
};
enum { MARK_FORWARD = 1, MARK_BACKWARD = 2 };

struct order {
	struct arena *arena;
	struct node *nodes; /* index 0 is not used */
	uint32_t count, room;
	uint32_t free;
	uint64_t next_rank;
	struct edge *edges; /* by key */
	/* Scratch of a search, each with room for every node, so that a search never allocates. */
	uint32_t *stack, *forward, *backward;
	uint64_t *ranks;
};

struct order *order_new(struct arena *arena)
{
	struct order *order = arena_alloc(arena, sizeof(*order));

	if (order)
		order->arena = arena;
	return order;
}

/* ---- nodes ---- */

/* A larger copy of an array, or NULL. */
static void *grown(struct arena *arena, const void *old, size_t size, size_t new_size)
{
	void *memory = arena_alloc(arena, new_size);

	if (memory && size)
		memcpy(memory, old, size);
	return memory;
}

static void moved_edge_heads(struct node *nodes, uint32_t count)
{
	for (uint32_t i = 1; i < count; i++) {
		if (nodes[i].out)
			nodes[i].out->back_out = &nodes[i].out;
		if (nodes[i].in)
			nodes[i].in->back_in = &nodes[i].in;
	}
}

static bool order_grow(struct order *order)
{
	struct arena *arena = order->arena;
	uint32_t old = order->room, room = old ? old * 2 : 64;
	struct node *nodes = grown(arena, order->nodes, old * sizeof(*nodes), room * sizeof(*nodes));
	uint32_t *scratch = arena_alloc(arena, 3 * room * sizeof(*scratch));
	uint64_t *ranks = arena_alloc(arena, 2 * room * sizeof(*ranks));

	if (!nodes || !scratch || !ranks) {
		arena_free(arena, nodes, room * sizeof(*nodes));
		arena_free(arena, scratch, 3 * room * sizeof(*scratch));
		arena_free(arena, ranks, 2 * room * sizeof(*ranks));
		return false;
	}
	moved_edge_heads(nodes, order->count);
	arena_free(arena, order->nodes, old * sizeof(*nodes));
	arena_free(arena, order->stack, 3 * old * sizeof(*scratch));
	arena_free(arena, order->ranks, 2 * old * sizeof(*ranks));
	order->nodes = nodes;
	order->stack = scratch;
	order->forward = scratch + room;
	order->backward = scratch + 2 * room;
	order->ranks = ranks;
	order->room = room;
	if (order->count == 0)
		order->count = 1;
	return true;
}

uint32_t order_add_node(struct order *order)
{
	uint32_t node = order->free;

	if (node) {
		order->free = order->nodes[node].next_free;
	} else {
		if (order->count == order->room && !order_grow(order))
			return ORDER_NONE;
		node = order->count++;
	}
	order->nodes[node] = (struct node){.rank = order->next_rank++, .parent = node, .next_in_ring = node, .size = 1, .used = true};
	return node;
}

static uint32_t find(struct order *order, uint32_t node)
{
	while (order->nodes[node].parent != node) {
		/* Path halving. */
		order->nodes[node].parent = order->nodes[order->nodes[node].parent].parent;
		node = order->nodes[node].parent;
	}
	return node;
}

static void unlink_edge(struct order *order, struct edge *edge)
{
	struct arena *arena = order->arena;

	*edge->back_out = edge->next_out;
	if (edge->next_out)
		edge->next_out->back_out = edge->back_out;
	*edge->back_in = edge->next_in;
	if (edge->next_in)
		edge->next_in->back_in = edge->back_in;
	HASH_DELETE(hh, order->edges, edge);
	arena_free(arena, edge, sizeof(*edge));
}

/* Takes a member out of its ring: all others get the same parent, one of them. */
static void leave_ring(struct order *order, uint32_t node)
{
	struct node *nodes = order->nodes;
	uint32_t top = find(order, node), first = nodes[node].next_in_ring, last = node;

	if (top == node) {
		top = first;
		nodes[top].rank = nodes[node].rank;
		nodes[top].size = nodes[node].size;
	}
	nodes[top].size--;
	for (uint32_t member = first; member != node; member = nodes[member].next_in_ring) {
		nodes[member].parent = top;
		last = member;
	}
	nodes[last].next_in_ring = first;
}

void order_remove_node(struct order *order, uint32_t node)
{
	struct node *n = &order->nodes[node];

	if (order_in_ring(order, node))
		leave_ring(order, node);
	while (n->out)
		unlink_edge(order, n->out);
	while (n->in)
		unlink_edge(order, n->in);
	n->used = false;
	n->next_free = order->free;
	order->free = node;
}

bool order_same_ring(struct order *order, uint32_t a, uint32_t b)
{
	return find(order, a) == find(order, b);
}

bool order_in_ring(struct order *order, uint32_t node)
{
	return order->nodes[node].next_in_ring != node;
}

uint32_t order_ring_size(struct order *order, uint32_t node)
{
	return order->nodes[find(order, node)].size;
}

void order_each_in_ring(struct order *order, uint32_t node, void (*visit)(void *ctx, uint32_t node), void *ctx)
{
	uint32_t member = node;

	do {
		/* Taken before the visit, which may add nodes and so move the array. */
		uint32_t next = order->nodes[member].next_in_ring;

		visit(ctx, member);
		member = next;
	} while (member != node);
}

/* ---- search: over components, each an expansion of its members' edges ---- */

/* Puts a component that the search meets for the first time on its list and stack. */
static uint32_t meet(struct order *order, uint32_t component, uint32_t mark, uint32_t *list, uint32_t found, uint32_t *depth)
{
	order->nodes[component].mark |= mark;
	list[found] = component;
	order->stack[(*depth)++] = component;
	return found + 1;
}

/* All components that `from` reaches with a rank of at most `limit`; listed and marked. Returns how many. */
static uint32_t search_forward(struct order *order, uint32_t from, uint64_t limit)
{
	uint32_t depth = 0, found = meet(order, from, MARK_FORWARD, order->forward, 0, &depth);

	while (depth) {
		uint32_t first = order->stack[--depth], member = first;

		do {
			for (struct edge *edge = order->nodes[member].out; edge; edge = edge->next_out) {
				uint32_t to = find(order, edge->to);

				if (!(order->nodes[to].mark & MARK_FORWARD) && order->nodes[to].rank <= limit)
					found = meet(order, to, MARK_FORWARD, order->forward, found, &depth);
			}
			member = order->nodes[member].next_in_ring;
		} while (member != first);
	}
	return found;
}

/* All components that reach `to` with a rank of at least `limit`. */
static uint32_t search_backward(struct order *order, uint32_t to, uint64_t limit)
{
	uint32_t depth = 0, found = meet(order, to, MARK_BACKWARD, order->backward, 0, &depth);

	while (depth) {
		uint32_t first = order->stack[--depth], member = first;

		do {
			for (struct edge *edge = order->nodes[member].in; edge; edge = edge->next_in) {
				uint32_t from = find(order, edge->from);

				if (!(order->nodes[from].mark & MARK_BACKWARD) && order->nodes[from].rank >= limit)
					found = meet(order, from, MARK_BACKWARD, order->backward, found, &depth);
			}
			member = order->nodes[member].next_in_ring;
		} while (member != first);
	}
	return found;
}

/* ---- reordering ---- */

/* Heap sort of components by rank, and of ranks: libc's qsort may call malloc. */
static uint64_t rank_of(const struct order *order, const uint32_t *list, uint32_t i)
{
	return order->nodes[list[i]].rank;
}

static void sift_components(const struct order *order, uint32_t *list, uint32_t root, uint32_t count)
{
	for (uint32_t child; (child = 2 * root + 1) < count; root = child) {
		uint32_t swap;

		if (child + 1 < count && rank_of(order, list, child) < rank_of(order, list, child + 1))
			child++;
		if (rank_of(order, list, root) >= rank_of(order, list, child))
			return;
		swap = list[root];
		list[root] = list[child];
		list[child] = swap;
	}
}

static void sort_components(const struct order *order, uint32_t *list, uint32_t count)
{
	for (uint32_t i = count / 2; i-- > 0;)
		sift_components(order, list, i, count);
	for (uint32_t end = count; end-- > 1;) {
		uint32_t swap = list[0];

		list[0] = list[end];
		list[end] = swap;
		sift_components(order, list, 0, end);
	}
}

/* The ranks of both sorted lists, merged in order; a component that is in both counts once. Returns how many. */
static uint32_t pool_ranks(struct order *order, uint32_t backward, uint32_t forward)
{
	uint32_t b = 0, f = 0, count = 0;

	while (b < backward || f < forward) {
		uint64_t rb = b < backward ? rank_of(order, order->backward, b) : UINT64_MAX;
		uint64_t rf = f < forward ? rank_of(order, order->forward, f) : UINT64_MAX;

		order->ranks[count++] = rb < rf ? rb : rf;
		b += rb <= rf;
		f += rf <= rb;
	}
	return count;
}

/* Joins two circles of members and lets `into` stand for both. */
static void merge(struct order *order, uint32_t into, uint32_t other)
{
	uint32_t next = order->nodes[into].next_in_ring;

	order->nodes[other].parent = into;
	order->nodes[into].size += order->nodes[other].size;
	order->nodes[into].next_in_ring = order->nodes[other].next_in_ring;
	order->nodes[other].next_in_ring = next;
}

/*
 * The affected region gets its ranks anew: first what only reaches `from`, then the ring that the edge closes, if it does (everything
 * that both searches met, merged), then what is only reached from `to`. Nothing of the last leads to the first: it would be in both.
 * The first may only move down (what leads to it inside the region moves along), the last only up: so these take the upper end of the
 * ranks, of which a merged ring leaves some unused.
 */
static bool reorder(struct order *order, uint32_t backward, uint32_t forward)
{
	uint32_t low = 0, high, ring = ORDER_NONE;

	sort_components(order, order->backward, backward);
	sort_components(order, order->forward, forward);
	high = pool_ranks(order, backward, forward);
	for (uint32_t i = forward; i-- > 0;)
		if (order->nodes[order->forward[i]].mark == MARK_FORWARD)
			order->nodes[order->forward[i]].rank = order->ranks[--high];
	for (uint32_t i = 0; i < backward; i++)
		if (order->nodes[order->backward[i]].mark == MARK_BACKWARD)
			order->nodes[order->backward[i]].rank = order->ranks[low++];
	for (uint32_t i = 0; i < forward; i++) {
		uint32_t component = order->forward[i];

		if (order->nodes[component].mark != (MARK_FORWARD | MARK_BACKWARD))
			continue;
		if (ring == ORDER_NONE) {
			ring = component;
			order->nodes[ring].rank = order->ranks[low];
		} else {
			merge(order, ring, component);
		}
	}
	return ring != ORDER_NONE;
}

static void unmark(struct order *order, uint32_t backward, uint32_t forward)
{
	for (uint32_t i = 0; i < backward; i++)
		order->nodes[order->backward[i]].mark = 0;
	for (uint32_t i = 0; i < forward; i++)
		order->nodes[order->forward[i]].mark = 0;
}

/* ---- edges ---- */

static struct edge *edge_new(struct order *order, uint64_t key)
{
	struct arena *arena = order->arena;
	struct edge *edge = arena_alloc(arena, sizeof(*edge));

	if (!edge)
		return NULL;
	edge->key = key;
	HASH_ADD(hh, order->edges, key, sizeof(edge->key), edge);
	if (hash_added(edge))
		return edge;
	arena_free(arena, edge, sizeof(*edge));
	return NULL;
}

static void link_edge(struct order *order, struct edge *edge, uint32_t from, uint32_t to)
{
	struct node *source = &order->nodes[from], *target = &order->nodes[to];

	edge->from = from;
	edge->to = to;
	edge->next_out = source->out;
	edge->back_out = &source->out;
	if (source->out)
		source->out->back_out = &edge->next_out;
	source->out = edge;
	edge->next_in = target->in;
	edge->back_in = &target->in;
	if (target->in)
		target->in->back_in = &edge->next_in;
	target->in = edge;
}

enum order_result order_add_edge(struct order *order, uint32_t from, uint32_t to)
{
	uint64_t key = (uint64_t)from << 32 | to;
	uint32_t source = find(order, from), target = find(order, to);
	uint32_t forward, backward;
	struct edge *edge;
	bool ring;

	HASH_FIND(hh, order->edges, &key, sizeof(key), edge);
	if (edge)
		return ORDER_KNOWN;
	edge = edge_new(order, key);
	if (!edge)
		return ORDER_NO_MEMORY;
	link_edge(order, edge, from, to);
	if (source == target)
		return ORDER_RING;
	if (order->nodes[source].rank < order->nodes[target].rank)
		return ORDER_NEW;
	/* The new edge is not searched over: backward from `source` it would be an edge of `target` only if `target` is reached. */
	forward = search_forward(order, target, order->nodes[source].rank);
	backward = search_backward(order, source, order->nodes[target].rank);
	ring = reorder(order, backward, forward);
	unmark(order, backward, forward);
	return ring ? ORDER_RING : ORDER_NEW;
}

/* ---- for tests ---- */

int order_check_invariants(const struct order *order)
{
	for (uint32_t i = 1; i < order->count; i++) {
		const struct node *node = &order->nodes[i];
		uint32_t top = i, steps = 0, member = i;

		if (!node->used)
			continue;
		if (node->mark)
			return __LINE__;
		while (order->nodes[top].parent != top)
			top = order->nodes[top].parent;
		do {
			uint32_t above = member;

			while (order->nodes[above].parent != above)
				above = order->nodes[above].parent;
			if (above != top || ++steps > order->count)
				return __LINE__;
			member = order->nodes[member].next_in_ring;
		} while (member != i);
		if (steps != order->nodes[top].size)
			return __LINE__;
		for (const struct edge *edge = node->out; edge; edge = edge->next_out) {
			uint32_t other = edge->to;

			if (edge->from != i || *edge->back_out != edge || *edge->back_in != edge)
				return __LINE__;
			while (order->nodes[other].parent != other)
				other = order->nodes[other].parent;
			if (other != top && order->nodes[top].rank >= order->nodes[other].rank)
				return __LINE__;
		}
	}
	return 0;
}
