/* test_order.c: the order graph against a naive model: reachability by search, after every random step. */
#include <check.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "graph/order.h"
#include "memory.h"

#define NODES 24

static bool edge[NODES][NODES];
static int group[NODES]; /* those that are one ring, or were before some of them left */
static uint32_t number[NODES];

static bool leads(int from, int to)
{
	return edge[from][to] || (from != to && group[from] == group[to]);
}

static bool reaches(int from, int to)
{
	bool seen[NODES] = {false};
	int stack[NODES], depth = 0;

	stack[depth++] = from;
	seen[from] = true;
	while (depth) {
		int node = stack[--depth];

		for (int next = 0; next < NODES; next++) {
			if (leads(node, next) && next == to)
				return true;
			if (!leads(node, next) || seen[next])
				continue;
			seen[next] = true;
			stack[depth++] = next;
		}
	}
	return false;
}

static bool same_ring(int a, int b)
{
	return group[a] == group[b];
}

/* All who reach each other are one group from now on, also when what made them one is gone. */
static void regroup(void)
{
	for (int a = 0; a < NODES; a++)
		for (int b = 0; b < a; b++)
			if (group[a] != group[b] && reaches(a, b) && reaches(b, a))
				for (int i = 0, from = group[a], to = group[b]; i < NODES; i++)
					group[i] = group[i] == from ? to : group[i];
}

static bool joined[NODES];

static void note_joined(void *ctx, uint32_t node)
{
	(void)ctx;
	for (int i = 0; i < NODES; i++)
		if (number[i] == node) {
			ck_assert(!joined[i]);
			joined[i] = true;
		}
}

static int group_size(const int *groups, int of)
{
	int size = 0;

	for (int i = 0; i < NODES; i++)
		size += groups[i] == of;
	return size;
}

/* A ring has grown to that of `member`: which of its nodes were in its largest part, and which not. */
static void compare_joined(struct order *order, int member, const int *before)
{
	uint32_t from = order_grown_from(order);
	int largest = 1, kept = -1, left = 0;

	memset(joined, 0, sizeof(joined));
	order_each_joined(order, note_joined, NULL);
	for (int i = 0; i < NODES; i++) {
		int size = group_size(before, before[i]);

		largest = same_ring(i, member) && size > largest ? size : largest;
		kept = same_ring(i, member) && !joined[i] ? before[i] : kept;
	}
	for (int i = 0; i < NODES; i++) {
		left += same_ring(i, member) && !joined[i];
		ck_assert(!joined[i] || (same_ring(i, member) && before[i] != kept));
		ck_assert(from != number[i] || before[i] == kept);
	}
	ck_assert_int_eq(left, largest);
	ck_assert_int_eq(from != ORDER_NONE, largest > 1);
}

static void add(struct order *order, int from, int to)
{
	bool known = edge[from][to], one = same_ring(from, to);
	uint64_t grown = order_rings_grown(order);
	enum order_result result;
	int before[NODES];

	memcpy(before, group, sizeof(before));
	result = order_add_edge(order, number[from], number[to]);
	edge[from][to] = true;
	regroup();
	ck_assert_uint_eq(order_rings_grown(order) - grown, !one && same_ring(from, to));
	if (!one && same_ring(from, to))
		compare_joined(order, from, before);
	ck_assert_int_eq(result, known ? ORDER_KNOWN : same_ring(from, to) ? ORDER_RING : ORDER_NEW);
}

static void replace(struct order *order, int node)
{
	static int next_group = NODES;

	order_remove_node(order, number[node]);
	for (int i = 0; i < NODES; i++)
		edge[node][i] = edge[i][node] = false;
	group[node] = next_group++;
	number[node] = order_add_node(order);
	ck_assert_uint_ne(number[node], ORDER_NONE);
}

/* One assertion for all pairs: each takes its time. */
static void compare(struct order *order)
{
	int different = 0;

	ck_assert_int_eq(order_check_invariants(order), 0);
	for (int a = 0; a < NODES; a++)
		for (int b = 0; b < NODES; b++)
			different += order_same_ring(order, number[a], number[b]) != same_ring(a, b);
	ck_assert_int_eq(different, 0);
}

START_TEST(random_operations_agree_with_naive_reachability)
{
	unsigned seed = (unsigned)time(NULL) * 31 + (unsigned)_i;

	printf("order model: seed %u\n", seed);
	fflush(stdout); /* a test that fails does not */
	for (int round = 0; round < 40; round++) {
		struct arena arena = test_arena(NULL);
		struct order *order = order_new(&arena);

		memset(edge, 0, sizeof(edge));
		for (int i = 0; i < NODES; i++) {
			number[i] = order_add_node(order);
			group[i] = i;
		}
		for (int step = 0; step < 70; step++) {
			int from = rand_r(&seed) % NODES, to = rand_r(&seed) % NODES;

			if (rand_r(&seed) % 8 == 0)
				replace(order, from);
			else if (from != to)
				add(order, from, to);
			compare(order);
		}
		arena_fini(&arena);
	}
}
END_TEST

START_TEST(edge_that_closes_a_ring_is_reported)
{
	struct arena arena = test_arena(NULL);
	struct order *order = order_new(&arena);
	uint32_t a = order_add_node(order), b = order_add_node(order), c = order_add_node(order);

	ck_assert_int_eq(order_add_edge(order, a, b), ORDER_NEW);
	ck_assert_int_eq(order_add_edge(order, b, c), ORDER_NEW);
	ck_assert_int_eq(order_add_edge(order, a, c), ORDER_NEW);
	ck_assert_int_eq(order_add_edge(order, a, b), ORDER_KNOWN);
	ck_assert(!order_in_ring(order, a));
	ck_assert_int_eq(order_add_edge(order, c, a), ORDER_RING);
	ck_assert(order_same_ring(order, a, b) && order_same_ring(order, b, c));
	arena_fini(&arena);
}
END_TEST

START_TEST(removing_a_node_cuts_the_paths_through_it)
{
	struct arena arena = test_arena(NULL);
	struct order *order = order_new(&arena);
	uint32_t a = order_add_node(order), b = order_add_node(order), c = order_add_node(order);

	order_add_edge(order, a, b);
	order_add_edge(order, b, c);
	order_remove_node(order, b);
	ck_assert_int_eq(order_add_edge(order, c, a), ORDER_NEW);
	ck_assert_int_eq(order_check_invariants(order), 0);
	arena_fini(&arena);
}
END_TEST

START_TEST(the_others_stay_a_ring_when_one_leaves)
{
	struct arena arena = test_arena(NULL);
	struct order *order = order_new(&arena);
	uint32_t a = order_add_node(order), b = order_add_node(order), c = order_add_node(order);

	order_add_edge(order, a, b);
	order_add_edge(order, b, c);
	order_add_edge(order, c, a);
	order_remove_node(order, b);
	ck_assert(order_same_ring(order, a, c));
	order_remove_node(order, a);
	ck_assert(!order_in_ring(order, c));
	ck_assert_int_eq(order_check_invariants(order), 0);
	arena_fini(&arena);
}
END_TEST

/* ---- orders in which edges may come ---- */

#define EDGES 16384

static struct {
	int from, to;
} edges[EDGES];
static int edge_count, node_count; /* of a shape; nodes are numbered from 0 and lead to larger ones, if it has no rings */
static unsigned shape_seed;

static void put(int from, int to)
{
	edges[edge_count].from = from;
	edges[edge_count++].to = to;
	if (from >= node_count)
		node_count = from + 1;
	if (to >= node_count)
		node_count = to + 1;
}

static void swap(int i, int j)
{
	int from = edges[i].from, to = edges[i].to;

	edges[i] = edges[j];
	edges[j].from = from;
	edges[j].to = to;
}

static void backwards(void)
{
	for (int i = 0; i < edge_count / 2; i++)
		swap(i, edge_count - 1 - i);
}

static void shuffled(void)
{
	for (int i = edge_count; i > 1; i--)
		swap(i - 1, rand_r(&shape_seed) % i);
}

static void chain(int count)
{
	for (int i = 0; i < count; i++)
		put(i, i + 1);
}

static void chain_from_its_end(int count)
{
	chain(count);
	backwards();
}

static void chain_shuffled(int count)
{
	chain(count);
	shuffled();
}

/* Every second link first, then those between them: no node is new any more when it is joined to the rest. */
static void chain_of_pairs_from_its_end(int count)
{
	for (int i = count - 1; i >= 0; i--)
		if (i % 2 == 0)
			put(i, i + 1);
	for (int i = count - 1; i >= 0; i--)
		if (i % 2)
			put(i, i + 1);
}

static void star_outwards(int count)
{
	for (int i = 0; i < count; i++)
		put(0, i + 1);
}

static void star_inwards(int count)
{
	for (int i = 0; i < count; i++)
		put(i, count);
}

static void tree_from_its_leaves(int count)
{
	for (int i = count - 1; i >= 0; i--)
		put(i / 2, i + 1);
}

static void without_rings(int count)
{
	int nodes = count / 4 + 8;

	for (int i = 0; i < count; i++) {
		int from = rand_r(&shape_seed) % (nodes - 1);

		put(from, from + 1 + rand_r(&shape_seed) % (nodes - 1 - from));
	}
}

#define LAYER 16

static void layers(int count)
{
	int all = count / (4 * LAYER) + 2;

	for (int i = 0; i < count; i++) {
		int layer = i * (all - 1) / count;

		put(layer * LAYER + rand_r(&shape_seed) % LAYER, (layer + 1) * LAYER + rand_r(&shape_seed) % LAYER);
	}
}

static void layers_from_the_last(int count)
{
	layers(count);
	backwards();
}

static void layers_shuffled(int count)
{
	layers(count);
	shuffled();
}

static void every_pair_of_two_sides(int count)
{
	int side = 1;

	while (side * side < count)
		side++;
	for (int i = 0; i < count; i++)
		put(i % side, side + i / side);
}

static void every_pair_of_two_sides_shuffled(int count)
{
	every_pair_of_two_sides(count);
	shuffled();
}

static void every_pair(int count)
{
	for (int to = 1; edge_count < count; to++)
		for (int from = 0; from < to && edge_count < count; from++)
			put(from, to);
}

static void every_pair_from_the_last(int count)
{
	every_pair(count);
	backwards();
}

static void one_ring_from_its_end(int count)
{
	put(count - 1, 0);
	for (int i = count - 2; i >= 0; i--)
		put(i, i + 1);
}

/* A ring that grows by one each time. */
static void rings_around_one(int count)
{
	for (int i = 0; i < count; i++)
		put(i % 2 ? i / 2 + 1 : 0, i % 2 ? 0 : i / 2 + 1);
}

static void any(int count)
{
	for (int i = 0; i < count; i++) {
		int from = rand_r(&shape_seed) % (count / 4 + 8);

		put(from, (from + 1 + rand_r(&shape_seed) % (count / 4 + 7)) % (count / 4 + 8));
	}
}

/* Most work for an edge, with EDGES of them: the logarithm of their number is 14, the root 128. */
static const struct {
	void (*make)(int count);
	unsigned most;
} shapes[] = {
	{chain, 2},
	{chain_from_its_end, 4},
	{chain_shuffled, 3 * 14},
	{chain_of_pairs_from_its_end, 7},
	{star_outwards, 2},
	{star_inwards, 2 * 14},
	{tree_from_its_leaves, 4},
	{without_rings, 6},
	{layers, 2},
	{layers_from_the_last, 5},
	{layers_shuffled, 2 * 14},
	{every_pair_of_two_sides, 1},
	{every_pair_of_two_sides_shuffled, 1},
	{every_pair, 1},
	{every_pair_from_the_last, 4},
	{one_ring_from_its_end, 10},
	{rings_around_one, 5},
	{any, 3 * 128},
};
#define SHAPES ((int)(sizeof(shapes) / sizeof(shapes[0])))

static void make_shape(int shape, int count)
{
	edge_count = node_count = 0;
	shape_seed = 1;
	shapes[shape].make(count);
}

/* As dependency.c does it: nodes are new when they are first in an edge, its target before its source. */
START_TEST(edges_in_any_order_take_little_work)
{
	struct arena arena = test_arena(NULL);
	struct order *order = order_new(&arena);
	static uint32_t nodes[EDGES + 1];

	make_shape(_i, EDGES);
	memset(nodes, 0, sizeof(nodes));
	for (int i = 0; i < edge_count; i++) {
		uint32_t *from = &nodes[edges[i].from], *to = &nodes[edges[i].to];

		*to = *to ? *to : order_add_node(order);
		*from = *from ? *from : order_add_node(order);
		order_add_edge(order, *from, *to);
	}
	ck_assert_int_eq(order_check_invariants(order), 0);
	ck_assert_uint_le(order_work(order) / EDGES, shapes[_i].most);
	arena_fini(&arena);
}
END_TEST

/* Small ones, as many edges as their nodes allow; their nodes are there from the beginning, in one of several orders. */
START_TEST(edges_in_any_order_agree_with_naive_reachability)
{
	for (int first = 0; first < NODES; first += 5) {
		struct arena arena = test_arena(NULL);
		struct order *order = order_new(&arena);

		memset(edge, 0, sizeof(edge));
		for (int i = 0; i < NODES; i++) {
			number[(first + i * 7) % NODES] = order_add_node(order);
			group[i] = i;
		}
		for (int count = NODES * 2; count == NODES * 2 || node_count > NODES; count--)
			make_shape(_i, count);
		for (int i = 0; i < edge_count; i++) {
			add(order, edges[i].from, edges[i].to);
			compare(order);
		}
		arena_fini(&arena);
	}
}
END_TEST

/* ---- memory ---- */

/* Large nodes and edges, so that the arena has to grow often. Returns whether all of it found memory. */
static bool build(struct failing *failing)
{
	struct arena arena = test_arena(failing);
	struct order *order = order_new(&arena);
	bool whole = order != NULL;
	uint32_t previous = ORDER_NONE;

	for (int i = 0; whole && i < 3000; i++) {
		uint32_t node = order_add_node(order);

		whole = node != ORDER_NONE && (previous == ORDER_NONE || order_add_edge(order, node, previous) != ORDER_NO_MEMORY);
		ck_assert(i % 500 || order_check_invariants(order) == 0);
		previous = node;
	}
	if (order)
		ck_assert_int_eq(order_check_invariants(order), 0);
	arena_fini(&arena);
	return whole;
}

START_TEST(every_allocation_may_fail)
{
	long calls = 0;

	for (struct failing failing = {0};; failing.left = ++calls)
		if (build(&failing))
			break;
	ck_assert_int_gt(calls, 5);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("order");
	TCase *tests = tcase_create("order");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tests, 120);
	tcase_add_loop_test(tests, random_operations_agree_with_naive_reachability, 0, 3);
	tcase_add_test(tests, edge_that_closes_a_ring_is_reported);
	tcase_add_test(tests, removing_a_node_cuts_the_paths_through_it);
	tcase_add_test(tests, the_others_stay_a_ring_when_one_leaves);
	tcase_add_loop_test(tests, edges_in_any_order_take_little_work, 0, SHAPES);
	tcase_add_loop_test(tests, edges_in_any_order_agree_with_naive_reachability, 0, SHAPES);
	tcase_add_test(tests, every_allocation_may_fail);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
