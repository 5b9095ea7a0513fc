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

static void add(struct order *order, int from, int to)
{
	bool known = edge[from][to];
	enum order_result result = order_add_edge(order, number[from], number[to]);

	edge[from][to] = true;
	regroup();
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

static void compare(struct order *order)
{
	ck_assert_int_eq(order_check_invariants(order), 0);
	for (int a = 0; a < NODES; a++)
		for (int b = 0; b < NODES; b++)
			ck_assert_int_eq(order_same_ring(order, number[a], number[b]), same_ring(a, b));
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
	tcase_add_test(tests, every_allocation_may_fail);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
