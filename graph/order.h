/*
 * order.h: the order graph over locks: does a new edge close a ring?
 *
 * An incremental topological order (sequence.h): an edge that agrees with it costs O(1). For one that does not, what leads to its source and what its
 * target leads to, as far as it lies between the two, are searched in turns, an edge each; whichever is known first moves past the other end. That
 * is the two-way search of B. Haeupler, T. Kavitha, R. Mathew, S. Sen and R. E. Tarjan, "Incremental Cycle Detection, Topological Ordering, and Strong
 * Component Maintenance", ACM TALG 8 (2012), which may look at any edge next here. So a lock that is new costs O(1), at whichever end of the edge
 * it is, and the links of a chain O(log n) each, in whichever order they come. (D. J. Pearce and P. H. J. Kelly, ACM JEA 11 (2006), search both sides
 * to the end and exchange ranks: no list is needed, but a chain that is found from its end on costs O(n) for each link.)
 * An edge that closes a ring is kept too: all nodes on a path between its ends are merged into one component (union-find), so that
 * the graph of components stays acyclic, and one harmless ring hides no later one.
 *
 * Pure data: no locks, no globals. The caller serialises. No recursion: the searches use explicit queues from the arena.
 */
#ifndef GRIDLOCK_ORDER_H
#define GRIDLOCK_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"

#define ORDER_NONE 0u /* no node; nodes are numbered from 1, numbers of removed ones are used again */

enum order_result {
	ORDER_KNOWN,	/* the edge was there already (the ends may share a ring or not: order_same_ring tells) */
	ORDER_NEW,	/* a new edge, no ring */
	ORDER_RING,	/* a new edge whose ends now share a ring */
	ORDER_NO_MEMORY /* nothing has changed */
};

struct order;

/* A graph in `arena`, which must outlive it. NULL when there is no memory. It is freed with the arena. */
struct order *order_new(struct arena *arena);
/* A node without edges; ORDER_NONE when there is no memory. */
uint32_t order_add_node(struct order *order);
/* Removes a node and its edges; paths that led through it are cut with it. The others of its ring, if it lies in one, still count as one ring,
 * even where it was this node that made them one. O(degree), and O(ring). */
void order_remove_node(struct order *order, uint32_t node);
/* Adds the edge from -> to ("`to` was asked for while `from` was held"). from == to is not allowed.
 * Cost: a hash probe when known; O(1) when it agrees with the order; else O(edges of the smaller side of the affected region, and
 * n log n for the nodes there). On no memory nothing has changed. */
enum order_result order_add_edge(struct order *order, uint32_t from, uint32_t to);
/* Do both lie in one ring? */
bool order_same_ring(struct order *order, uint32_t a, uint32_t b);
bool order_in_ring(struct order *order, uint32_t node);
/* How many nodes the ring has that it lies in; 1: none. */
uint32_t order_ring_size(struct order *order, uint32_t node);
/* Calls `visit` with every node of the ring that `node` lies in (itself included; only itself when it lies in none). */
void order_each_in_ring(struct order *order, uint32_t node, void (*visit)(void *ctx, uint32_t node), void *ctx);
/* How many rings were closed or grew so far. */
uint64_t order_rings_grown(const struct order *order);
/* Of the last one: a node of the largest ring that it was made of, ORDER_NONE when of single nodes only; and calls `visit` with all nodes that were not
 * in that.
 * True until another one grows, or a node is removed. */
uint32_t order_grown_from(const struct order *order);
void order_each_joined(struct order *order, void (*visit)(void *ctx, uint32_t node), void *ctx);
/* For tests: edges looked at, and nodes moved, for the sake of the order so far. */
uint64_t order_work(const struct order *order);
/* For tests: 0 when all invariants hold, else the line in order.c that found one broken. */
int order_check_invariants(const struct order *order);

#endif
