/*
 * components.h: the lock graph behind the cycle stage: locks as nodes, "held -> asked for" as links, and its strongly connected
 * components after R. Tarjan, "Depth-First Search and Linear Graph Algorithms", SIAM J. Comput. 1 (1972), with an explicit stack.
 * Links between components lie in no cycle: leaving them out is the reduction of DESIGN section 6.
 */
#ifndef GRIDLOCK_COMPONENTS_H
#define GRIDLOCK_COMPONENTS_H

#include "cycles.h"
#include "hash.h"

/* One way from a lock to the next: a dependency, and which of its held locks. */
struct lock_link {
	uint32_t dependency, held;
	struct lock_link *next; /* another one between the same locks, in the order of the input */
};
struct lock_edge {
	uint64_t key; /* from << 32 | to */
	uint32_t from, to;
	struct lock_link *first, *last;
	struct lock_edge *next_out, *next_in;
	UT_hash_handle hh;
};
struct lock_node {
	uint64_t lock;
	uint32_t index; /* 0 ... count - 1, in the order of the input */
	uint32_t component;
	struct lock_edge *out, *in; /* only inside the component once components_find is done */
	UT_hash_handle hh;
};
struct lock_graph {
	struct arena *arena;
	struct lock_node *by_lock;
	struct lock_edge *by_key;
	struct lock_node **nodes;
	uint32_t count, room;
};

/* Builds the graph of the input and cuts it down to what lies in cycles. False: no memory. Linear in links. */
bool components_find(struct lock_graph *graph, const struct cycles_input *input, struct arena *arena);

#endif
