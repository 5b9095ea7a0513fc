/*
 * order WHAT SHAPE EDGES [SECONDS]: the slow path alone, linked with graph/: nanoseconds for a new edge and bytes of memory for one.
 * WHAT:  graph       order_add_edge (graph/order.h)
 *        dependency  dependency_add, which does that too; there a lock becomes a node when it is first in an edge
 * SHAPE: random      a graph without rings of a quarter as many nodes, whose edges come in no order
 *        layered     each layer's edges into the next one, layer by layer; the nodes' numbers are in no order. As programs do it
 *        adversarial a chain, from its end on: where ranks are exchanged (Pearce and Kelly), every edge makes all that came before move
 * Ends after SECONDS (20), with 3, and says on standard error how far it came: then the cost of an edge grows with their number.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "graph/dependency.h"
#include "tests/memory.h"

#define LAYER 16u

struct edge {
	uint32_t from, to;
};

static struct arena arena, tables;
static struct recording_header header;
static struct lock_table table;
static struct dependencies set;
static struct lock **locks; /* by node, `dependency` alone */
static struct order *order;
static struct edge *edges;
static uint32_t edge_count, node_count;
static uint64_t state = 1;

static uint32_t below(uint32_t limit)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((state >> 32) * limit >> 32);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void no_fact(void *ctx, const struct fact *fact)
{
	(void)ctx;
	(void)fact;
}

/* ---- shapes: edges between places 0 .. node_count - 1, each from a lower one to a higher one ---- */

static void make_random(void)
{
	node_count = edge_count / 4 + 16;
	for (uint32_t i = 0; i < edge_count; i++) {
		uint32_t from = below(node_count - 1);

		edges[i] = (struct edge){from, from + 1 + below(node_count - 1 - from)};
	}
}

static void make_layered(void)
{
	uint32_t layers = edge_count / (LAYER * 4) + 2;

	node_count = layers * LAYER;
	for (uint32_t i = 0; i < edge_count; i++) {
		uint32_t layer = (uint32_t)((uint64_t)i * (layers - 1) / edge_count);

		edges[i] = (struct edge){layer * LAYER + below(LAYER), (layer + 1) * LAYER + below(LAYER)};
	}
}

static void make_adversarial(void)
{
	node_count = edge_count + 1;
	for (uint32_t i = 0; i < edge_count; i++)
		edges[i] = (struct edge){edge_count - 1 - i, edge_count - i};
}

static const struct {
	const char *name;
	void (*make)(void);
	bool shuffled; /* places have numbers in no order; else in descending order */
} shapes[] = {{"random", make_random, true}, {"layered", make_layered, true}, {"adversarial", make_adversarial, false}};

/* Places become nodes, which are numbered from 1. */
static void renumber(bool shuffled)
{
	uint32_t *node = malloc(node_count * sizeof(*node));

	if (!node)
		exit(1);
	for (uint32_t i = 0; i < node_count; i++)
		node[i] = node_count - i;
	for (uint32_t i = node_count; shuffled && i > 1; i--) {
		uint32_t other = below(i), kept = node[i - 1];

		node[i - 1] = node[other];
		node[other] = kept;
	}
	for (uint32_t i = 0; i < edge_count; i++)
		edges[i] = (struct edge){node[edges[i].from], node[edges[i].to]};
	free(node);
}

/* ---- what is measured ---- */

static void init_graph(void)
{
	order = order_new(&arena);
	for (uint32_t i = 0; order && i < node_count; i++)
		order_add_node(order);
}

static void add_edge(uint32_t i)
{
	order_add_edge(order, edges[i].from, edges[i].to);
}

static void init_dependency(void)
{
	static const struct fact_sink sink = {.write = no_fact};
	struct fact_thread thread = {.head = {.size = sizeof(thread), .kind = FACT_THREAD}, .id = 1};

	table.arena = &tables;
	header.next_class = header.next_dependency = 1;
	locks = calloc(node_count + 1, sizeof(struct lock *));
	if (!locks || !dependencies_init(&set, &arena, &sink, &header, 1))
		exit(1);
	note_add(&set.notes, 1, 0, &thread.head);
	for (uint32_t i = 1; i <= node_count; i++) {
		struct lock_key key = {.kind = CLASS_INIT, .lock_kind = KIND_MUTEX, .stack = i / 8};

		locks[i] = lock_add(&table, i, 64 * i, lock_class_intern(&table, &key, &header.next_class), 1);
	}
}

/* Two edges of a random graph may be one: their stacks are others, so that it is a new dependency all the same. */
static void add_dependency(uint32_t i)
{
	struct dependency_held held = {.lock = locks[edges[i].from], .stack = 1 + i};
	struct dependency_request request = {
		.lock = locks[edges[i].to], .stack = 1 + i, .thread = 1, .segment = 1, .count = 1, .held = &held};

	dependency_add(&set, &request);
}

static uint32_t add_all(void (*add)(uint32_t), double seconds)
{
	double start = now();
	uint32_t i;

	for (i = 0; i < edge_count && (i % 256 || now() - start < seconds); i++)
		add(i);
	return i;
}

static int measure(bool dependency, double seconds)
{
	double start;
	size_t before;
	uint32_t done;

	(dependency ? init_dependency : init_graph)();
	before = arena.bytes;
	start = now();
	done = add_all(dependency ? add_dependency : add_edge, seconds);
	if (done < edge_count) {
		fprintf(stderr, "%u of them in %.0f s, %.0f ns each\n", done, seconds, (now() - start) * 1e9 / done);
		return 3;
	}
	printf("%.1f %.0f\n", (now() - start) * 1e9 / done, (double)(arena.bytes - before) / done);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 4)
		return 2;
	edge_count = (uint32_t)atoi(argv[3]);
	edges = calloc(edge_count, sizeof(*edges));
	arena = test_arena(NULL);
	tables = test_arena(NULL);
	for (size_t i = 0; edges && i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		if (strcmp(shapes[i].name, argv[2]) != 0)
			continue;
		shapes[i].make();
		renumber(shapes[i].shuffled);
		return measure(strcmp(argv[1], "dependency") == 0, argc > 4 ? atof(argv[4]) : 20);
	}
	return 2;
}
