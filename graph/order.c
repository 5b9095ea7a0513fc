/* order.c: see order.h. */
#include "order.h"

#include <string.h>

#include "hash.h"
#include "sequence.h"

struct edge {
	uint64_t key; /* from << 32 | to */
	uint32_t from, to;
	struct edge *next_out, **back_out;
	struct edge *next_in, **back_in;
	UT_hash_handle hh;
};
struct node {
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
	struct sequence sequence; /* of representatives: the topological order */
	uint64_t rings_grown;
	uint32_t largest, joined; /* of the last one: a member of its largest part; the members of the others, which come behind it */
	uint32_t largest_size;
	uint64_t looked;    /* for tests: edges and members that searches looked at */
	struct edge *edges; /* by key */
	/* Scratch of a search, each with room for every node, so that a search never allocates. */
	uint32_t *forward, *backward;
};

struct order *order_new(struct arena *arena)
{
	struct order *order = arena_alloc(arena, sizeof(*order));

	if (order)
		order->arena = arena;
	return order;
}

/* ---- memory ---- */

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
	struct place *places = grown(arena, order->sequence.places, old * sizeof(*places), room * sizeof(*places));
	uint32_t *scratch = arena_alloc(arena, 2 * room * sizeof(*scratch));

	if (!nodes || !places || !scratch) {
		arena_free(arena, nodes, room * sizeof(*nodes));
		arena_free(arena, places, room * sizeof(*places));
		arena_free(arena, scratch, 2 * room * sizeof(*scratch));
		return false;
	}
	moved_edge_heads(nodes, order->count);
	arena_free(arena, order->nodes, old * sizeof(*nodes));
	arena_free(arena, order->sequence.places, old * sizeof(*places));
	arena_free(arena, order->forward, 2 * old * sizeof(*scratch));
	order->nodes = nodes;
	order->sequence.places = places;
	order->forward = scratch;
	order->backward = scratch + room;
	order->room = room;
	if (order->count == 0)
		order->count = 1;
	return true;
}

/* ---- nodes ---- */

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
	order->nodes[node] = (struct node){.parent = node, .next_in_ring = node, .size = 1, .used = true};
	sequence_add(&order->sequence, node, sequence_before(&order->sequence, 0));
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
		nodes[top].size = nodes[node].size;
		sequence_add(&order->sequence, top, node);
		sequence_remove(&order->sequence, node);
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
	else
		sequence_remove(&order->sequence, node);
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

uint64_t order_rings_grown(const struct order *order)
{
	return order->rings_grown;
}

uint32_t order_grown_from(const struct order *order)
{
	return order->largest_size > 1 ? order->largest : ORDER_NONE;
}

void order_each_joined(struct order *order, void (*visit)(void *ctx, uint32_t node), void *ctx)
{
	uint32_t left = order->joined, node = order->nodes[order->largest].next_in_ring;

	for (; left; left--) {
		uint32_t next = order->nodes[node].next_in_ring;

		visit(ctx, node);
		node = next;
	}
}

/* ---- search: over components, each an expansion of its members' edges ---- */

struct search {
	uint32_t mark;
	uint32_t end;	/* what it must not come to; not searched further */
	bool met;	/* it has come to it */
	uint32_t *list; /* components met; those before `next` are done */
	uint32_t count, next;
	uint32_t member;   /* of the one at `next` */
	struct edge *edge; /* of that, to be looked at next */
};

static struct edge *first_edge(const struct order *order, const struct search *search)
{
	const struct node *member = &order->nodes[search->member];

	return search->mark == MARK_FORWARD ? member->out : member->in;
}

static void meet(struct order *order, struct search *search, uint32_t component)
{
	order->nodes[component].mark |= search->mark;
	search->list[search->count++] = component;
}

static struct search search_from(struct order *order, uint32_t start, uint32_t end, uint32_t mark, uint32_t *list)
{
	struct search search = {.mark = mark, .end = end, .list = list, .member = start};

	meet(order, &search, start);
	search.edge = first_edge(order, &search);
	return search;
}

/* What is met lies between the start and the end. */
static void follow(struct order *order, struct search *search, const struct edge *edge)
{
	bool forward = search->mark == MARK_FORWARD;
	uint32_t other = find(order, forward ? edge->to : edge->from);

	if (other == search->end)
		search->met = true;
	else if (!(order->nodes[other].mark & search->mark) && sequence_precedes(&order->sequence, search->end, other) != forward)
		meet(order, search, other);
}

/* Looks at one edge, or goes on to the next member. False: all is done. */
static bool search_step(struct order *order, struct search *search)
{
	const struct edge *edge = search->edge;

	order->looked++;
	if (edge) {
		search->edge = search->mark == MARK_FORWARD ? edge->next_out : edge->next_in;
		follow(order, search, edge);
		return true;
	}
	search->member = order->nodes[search->member].next_in_ring;
	if (search->member == search->list[search->next]) {
		if (++search->next == search->count)
			return false;
		search->member = search->list[search->next];
	}
	search->edge = first_edge(order, search);
	return true;
}

/* ---- reordering ---- */

/* Heap sort of components by their order: libc's qsort may call malloc. */
static bool comes_first(const struct order *order, const uint32_t *list, uint32_t i, uint32_t j)
{
	return sequence_precedes(&order->sequence, list[i], list[j]);
}

static void sift_components(const struct order *order, uint32_t *list, uint32_t root, uint32_t count)
{
	for (uint32_t child; (child = 2 * root + 1) < count; root = child) {
		uint32_t swap;

		if (child + 1 < count && comes_first(order, list, child, child + 1))
			child++;
		if (!comes_first(order, list, root, child))
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

/* A ring grows, of that component first. */
static void begin_ring(struct order *order, uint32_t component)
{
	order->rings_grown++;
	order->largest = component;
	order->largest_size = order->nodes[component].size;
	order->joined = 0;
}

/* Joins another component's circle of members to the ring's, for which `into` stands: behind its largest part, or, if it is larger itself, with all of
 * the others behind it. */
static void merge(struct order *order, uint32_t into, uint32_t other)
{
	uint32_t next = order->nodes[order->largest].next_in_ring, size = order->nodes[other].size;

	order->nodes[order->largest].next_in_ring = order->nodes[other].next_in_ring;
	order->nodes[other].next_in_ring = next;
	if (size > order->largest_size) {
		order->largest = other;
		order->largest_size = size;
	}
	order->nodes[other].parent = into;
	order->nodes[into].size += size;
	order->joined = order->nodes[into].size - order->largest_size;
}

/* Has a component an edge to `end`, against the direction of the search? */
static bool touches_end(struct order *order, const struct search *search, uint32_t component)
{
	uint32_t member = component;

	do {
		const struct node *node = &order->nodes[member];

		for (struct edge *edge = search->mark == MARK_FORWARD ? node->out : node->in; edge;) {
			uint32_t other = search->mark == MARK_FORWARD ? edge->to : edge->from;

			order->looked++;
			if (find(order, other) == search->end)
				return true;
			edge = search->mark == MARK_FORWARD ? edge->next_out : edge->next_in;
		}
		member = node->next_in_ring;
	} while (member != component);
	return false;
}

/*
 * All that the search met moves past its end, in the order that it has: what leads to the source in front of the target, or what the target leads
 * to behind the source. All their other edges agree with that, for nothing that lies between is at their far side but what moves too.
 * What is met on a way to the end is the ring that the edge closes, and takes the end's place. Seen from the end on, it is what has an edge
 * to or from what was already found to be of the ring.
 */
static void move_past(struct order *order, const struct search *search)
{
	bool forward = search->mark == MARK_FORWARD;

	if (search->met)
		begin_ring(order, search->end);
	sort_components(order, search->list, search->count);
	for (uint32_t i = 0; i < search->count; i++) {
		uint32_t component = search->list[forward ? search->count - 1 - i : i];
		bool in_ring = search->met && touches_end(order, search, component);

		sequence_remove(&order->sequence, component);
		if (in_ring)
			merge(order, search->end, component);
		else
			sequence_add(&order->sequence, component, forward ? search->end : sequence_before(&order->sequence, search->end));
	}
}

static void unmark(struct order *order, const struct search *search)
{
	for (uint32_t i = 0; i < search->count; i++)
		order->nodes[search->list[i]].mark = 0;
}

/* Puts the source in front of the target, or both into one ring: then true. Whichever search is done first knows which. */
static bool reorder(struct order *order, uint32_t source, uint32_t target)
{
	struct search backward = search_from(order, source, target, MARK_BACKWARD, order->backward);
	struct search forward = search_from(order, target, source, MARK_FORWARD, order->forward);
	const struct search *done = NULL;

	while (!done)
		done = !search_step(order, &backward) ? &backward : !search_step(order, &forward) ? &forward : NULL;
	unmark(order, &backward);
	unmark(order, &forward);
	move_past(order, done);
	return done->met;
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
	struct edge *edge;

	HASH_FIND(hh, order->edges, &key, sizeof(key), edge);
	if (edge)
		return ORDER_KNOWN;
	edge = edge_new(order, key);
	if (!edge)
		return ORDER_NO_MEMORY;
	if (source != target && sequence_precedes(&order->sequence, target, source) && reorder(order, source, target))
		target = source;
	link_edge(order, edge, from, to);
	return source == target ? ORDER_RING : ORDER_NEW;
}

/* ---- for tests ---- */

uint64_t order_work(const struct order *order)
{
	return order->looked + order->sequence.moved;
}

static uint32_t top_of(const struct order *order, uint32_t node)
{
	while (order->nodes[node].parent != node)
		node = order->nodes[node].parent;
	return node;
}

/* Are all representatives in the sequence, once each? */
static int check_sequence(const struct order *order)
{
	const struct place *places = order->sequence.places;
	uint32_t count = 0, listed = 0;

	for (uint32_t i = 1; i < order->count; i++)
		count += order->nodes[i].used && order->nodes[i].parent == i;
	for (uint32_t i = places ? places[0].after : 0, before = 0; i; before = i, i = places[i].after) {
		if (!order->nodes[i].used || order->nodes[i].parent != i || places[i].before != before || ++listed > count)
			return __LINE__;
		if (before && !sequence_precedes(&order->sequence, before, i))
			return __LINE__;
	}
	return listed == count ? 0 : __LINE__;
}

int order_check_invariants(const struct order *order)
{
	for (uint32_t i = 1; i < order->count; i++) {
		const struct node *node = &order->nodes[i];
		uint32_t top = top_of(order, i), steps = 0, member = i;

		if (!node->used)
			continue;
		if (node->mark)
			return __LINE__;
		do {
			if (top_of(order, member) != top || ++steps > order->count)
				return __LINE__;
			member = order->nodes[member].next_in_ring;
		} while (member != i);
		if (steps != order->nodes[top].size)
			return __LINE__;
		for (const struct edge *edge = node->out; edge; edge = edge->next_out) {
			uint32_t other = top_of(order, edge->to);

			if (edge->from != i || *edge->back_out != edge || *edge->back_in != edge)
				return __LINE__;
			if (other != top && !sequence_precedes(&order->sequence, top, other))
				return __LINE__;
		}
	}
	return check_sequence(order);
}
