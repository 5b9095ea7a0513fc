/* test_cycles.c: the cycle stage: what is a cycle, what it is called, and how many there are. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "graph/cycles.h"
#include "memory.h"

enum {
#define RULE(id, name, level, text) RULE_##id,
#include "graph/rules.def"
#undef RULE
};

static struct cycles_dependency dependencies[120000];
static struct cycles_held held[240000];
static struct cycles_witness witnesses[240000];
static size_t count, held_count;
static struct cycles_input input;
static struct arena arena;

static void setup(void)
{
	memset(dependencies, 0, sizeof(dependencies));
	count = held_count = 0;
	input = (struct cycles_input){.dependencies = dependencies};
	arena = test_arena(NULL);
}

static void teardown(void)
{
	arena_fini(&arena);
}

/* Thread `thread` holds the locks of `holds` ("A" exclusive, "a" shared) and asks for `wants`. Stacks are numbered by where they stand. */
static struct cycles_dependency *asks(uint32_t thread, const char *holds, char wants)
{
	struct cycles_dependency *d = &dependencies[count];

	witnesses[count] = (struct cycles_witness){.thread = thread, .segment = 1};
	d->held = &held[held_count];
	for (; *holds; holds++, d->held_count++)
		held[held_count++] = (struct cycles_held){.lock = (uint64_t)(*holds & ~0x20),
							  .mode = *holds & 0x20 ? LOCK_SHARED : LOCK_EXCLUSIVE,
							  .stack = (uint32_t)(1000 * count + d->held_count)};
	d->lock = (uint64_t)(wants & ~0x20);
	d->mode = wants & 0x20 ? LOCK_SHARED : LOCK_EXCLUSIVE;
	d->stack = (uint32_t)(1000 * count + 999);
	d->witnesses = &witnesses[count];
	d->witness_count = 1;
	count++;
	return d;
}

static struct cycles_result find(void)
{
	input.count = count;
	return cycles_find(&input, &arena);
}

/* The rule of the only cycle, which has `length` links; -1: there is none. */
static int only(uint32_t length)
{
	struct cycles_result result = find();

	ck_assert(!result.bounded && !result.no_memory);
	if (!result.cycles)
		return -1;
	ck_assert_ptr_null(result.cycles->next);
	ck_assert_uint_eq(result.cycles->length, length);
	return result.cycles->rule;
}

START_TEST(abba_of_two_threads_is_an_error)
{
	asks(1, "A", 'B');
	asks(2, "B", 'A');
	ck_assert_int_eq(only(2), RULE_LOCK_ORDER_CYCLE);
}
END_TEST

START_TEST(one_order_is_no_cycle)
{
	asks(1, "A", 'B');
	asks(1, "AB", 'C');
	asks(2, "A", 'C');
	asks(2, "B", 'C');
	ck_assert_int_eq(only(0), -1);
}
END_TEST

START_TEST(abbcca_is_one_cycle_of_three)
{
	asks(1, "A", 'B');
	asks(2, "B", 'C');
	asks(3, "C", 'A');
	ck_assert_int_eq(only(3), RULE_LOCK_ORDER_CYCLE);
}
END_TEST

START_TEST(one_thread_makes_no_deadlock)
{
	asks(1, "A", 'B');
	asks(1, "B", 'A');
	ck_assert_int_eq(only(2), RULE_CYCLE_SINGLE_THREAD);
}
END_TEST

START_TEST(three_links_of_two_threads_are_too_few_threads)
{
	asks(1, "A", 'B');
	asks(2, "B", 'C');
	asks(1, "C", 'A');
	ck_assert_int_eq(only(3), RULE_CYCLE_SINGLE_THREAD);
}
END_TEST

START_TEST(a_common_exclusive_lock_is_a_gate)
{
	asks(1, "GA", 'B');
	asks(2, "GB", 'A');
	ck_assert_int_eq(only(2), RULE_CYCLE_GATED);
}
END_TEST

START_TEST(where_a_held_set_is_cut_there_may_be_a_gate)
{
	asks(1, "A", 'B')->cut = true;
	asks(2, "GB", 'A');
	ck_assert_int_eq(only(2), RULE_CYCLE_GATED);
}
END_TEST

START_TEST(where_both_are_cut_there_may_be_a_gate)
{
	asks(1, "A", 'B')->cut = true;
	asks(2, "B", 'A')->cut = true;
	ck_assert_int_eq(only(2), RULE_CYCLE_GATED);
}
END_TEST

START_TEST(who_holds_the_lock_of_the_ring_only_has_no_gate_with_one_that_is_cut)
{
	asks(1, "FGA", 'B')->cut = true;
	asks(2, "B", 'A');
	ck_assert_int_eq(only(2), RULE_LOCK_ORDER_CYCLE);
}
END_TEST

START_TEST(a_gate_that_both_read_is_none)
{
	asks(1, "gA", 'B');
	asks(2, "gB", 'A');
	ck_assert_int_eq(only(2), RULE_LOCK_ORDER_CYCLE);
}
END_TEST

START_TEST(readers_do_not_block_readers)
{
	asks(1, "A", 'r');
	asks(2, "r", 'A');
	ck_assert_int_eq(only(2), RULE_CYCLE_COMPATIBLE);
}
END_TEST

START_TEST(readers_wait_behind_a_waiting_writer_where_the_lock_says_so)
{
	struct cycles_result result;

	asks(1, "A", 'r')->writer_preferring = true;
	asks(2, "r", 'A');
	asks(3, "", 'R');
	result = find();
	ck_assert_int_eq(result.cycles->rule, RULE_LOCK_ORDER_CYCLE);
	ck_assert(result.cycles->reader_behind_writer);
	ck_assert_uint_eq(result.cycles->writer, 2);
	ck_assert_uint_eq(result.cycles->writer_witness.thread, 3);
}
END_TEST

START_TEST(without_a_writer_of_its_own_readers_do_not_wait)
{
	asks(1, "GA", 'r')->writer_preferring = true;
	asks(2, "r", 'A');
	ck_assert_int_eq(only(2), RULE_CYCLE_COMPATIBLE);
	/* One of the two: he stands elsewhere. */
	asks(2, "", 'R');
	ck_assert_int_eq(only(2), RULE_CYCLE_COMPATIBLE);
	/* A lock that one of them holds too keeps him out. */
	asks(3, "G", 'R');
	ck_assert_int_eq(find().cycles->rule, RULE_CYCLE_COMPATIBLE);
	asks(3, "B", 'R')->how = LOCK_TRY;
	ck_assert_int_eq(find().cycles->rule, RULE_CYCLE_COMPATIBLE);
	asks(3, "B", 'R');
	ck_assert_int_eq(find().cycles->rule, RULE_LOCK_ORDER_CYCLE);
}
END_TEST

START_TEST(who_reads_again_waits_behind_a_writer)
{
	struct cycles_dependency *reader = asks(1, "r", 'r');
	struct cycles_result result;

	ck_assert_ptr_null(find().cycles);
	asks(2, "", 'R');
	ck_assert_ptr_null(find().cycles); /* of another kind */
	reader->writer_preferring = true;
	result = find();
	ck_assert_int_eq(result.cycles->rule, RULE_LOCK_ORDER_CYCLE);
	ck_assert_uint_eq(result.cycles->length, 1);
	ck_assert_uint_eq(result.cycles->writer, 1);
	reader->how = LOCK_TIMED;
	ck_assert_int_eq(find().cycles->rule, RULE_CYCLE_BOUNDED);
	reader->how = LOCK_TRY;
	ck_assert_ptr_null(find().cycles);
}
END_TEST

START_TEST(a_writer_blocks_readers)
{
	asks(1, "A", 'r');
	asks(2, "R", 'A');
	ck_assert_int_eq(only(2), RULE_LOCK_ORDER_CYCLE);
}
END_TEST

START_TEST(a_try_is_no_link_as_the_lock_asked_for)
{
	asks(1, "A", 'B')->how = LOCK_TRY;
	asks(2, "B", 'A');
	ck_assert_int_eq(only(0), -1);
}
END_TEST

START_TEST(a_time_limit_bounds_the_wait)
{
	asks(1, "A", 'B')->how = LOCK_TIMED;
	asks(2, "B", 'A');
	ck_assert_int_eq(only(2), RULE_CYCLE_BOUNDED);
}
END_TEST

/* Thread 1 is over, up to segment 1, before thread 2's segment 1 begins. */
static bool one_before_two(void *ctx, struct cycles_witness a, struct cycles_witness b, struct fact_before *event)
{
	(void)ctx;
	event->event = EVENT_JOIN;
	return a.thread == 1 && a.segment == 1 && b.thread == 2;
}

START_TEST(a_join_between_them_orders_them)
{
	input.before = one_before_two;
	asks(1, "A", 'B');
	asks(2, "B", 'A');
	ck_assert_int_eq(only(2), RULE_CYCLE_ORDERED);
}
END_TEST

START_TEST(one_unordered_choice_of_witnesses_is_enough)
{
	static const struct cycles_witness two[] = {{.thread = 1, .segment = 1}, {.thread = 1, .segment = 2}};

	input.before = one_before_two;
	asks(1, "A", 'B')->witnesses = two;
	dependencies[0].witness_count = 2;
	asks(2, "B", 'A');
	ck_assert_int_eq(only(2), RULE_LOCK_ORDER_CYCLE);
}
END_TEST

START_TEST(a_ring_with_a_chord_says_nothing_new)
{
	asks(1, "A", 'C');
	asks(1, "AC", 'B');
	asks(2, "B", 'A');
	ck_assert_int_eq(only(2), RULE_LOCK_ORDER_CYCLE);
}
END_TEST

static uint64_t one_location(void *ctx, uint32_t stack)
{
	(void)ctx;
	return stack % 1000;
}

START_TEST(a_hundred_thousand_cycles_at_one_place_are_one_finding)
{
	struct cycles_result result;

	input.location = one_location;
	for (uint64_t i = 0; i < 50000; i++) {
		asks(1, "A", 'B');
		asks(2, "B", 'A');
		held[held_count - 2].lock = dependencies[count - 1].lock = 1000 + 2 * i;
		held[held_count - 1].lock = dependencies[count - 2].lock = 1001 + 2 * i;
	}
	result = find();
	ck_assert_ptr_nonnull(result.cycles);
	ck_assert_ptr_null(result.cycles->next);
	ck_assert_uint_eq(result.cycles->count, 50000);
	ck_assert_int_eq(result.cycles->rule, RULE_LOCK_ORDER_CYCLE);
}
END_TEST

START_TEST(a_ring_behind_five_thousand_other_locks_is_found)
{
	for (uint64_t i = 0; i < 5000; i++) {
		asks(1, "A", 'B');
		held[held_count - 1].lock = 1000 + i;
		dependencies[count - 1].lock = 1001 + i;
	}
	asks(1, "X", 'Y');
	asks(2, "Y", 'X');
	ck_assert_int_eq(only(2), RULE_LOCK_ORDER_CYCLE);
}
END_TEST

/* ---- all of them ---- */

#define NODES 9

static void asks_for(uint64_t from, uint64_t to)
{
	char holds[2] = {'A', '\0'};
	struct cycles_dependency *d = asks((uint32_t)count + 1, holds, 'A');

	held[held_count - 1].lock = from + 1;
	d->lock = to + 1;
}

/* Elementary cycles from `start` over larger nodes, by trying every path. */
static unsigned naive_cycles(const bool edge[NODES][NODES], int start, int at, unsigned path, int length)
{
	unsigned cycles = edge[at][start] && length > 1;

	for (int next = start + 1; next < NODES && length < 8; next++)
		if (edge[at][next] && !(path & 1u << next))
			cycles += naive_cycles(edge, start, next, path | 1u << next, length + 1);
	return cycles;
}

START_TEST(every_elementary_cycle_is_found_once)
{
	unsigned seed = (unsigned)time(NULL) * 31 + (unsigned)_i;

	printf("cycles model: seed %u\n", seed);
	fflush(stdout);
	for (int round = 0; round < 100; round++) {
		bool edge[NODES][NODES] = {{false}};
		unsigned density = 2 + (unsigned)rand_r(&seed) % 5, expected = 0;

		teardown();
		setup();
		for (uint64_t from = 0; from < NODES; from++)
			for (uint64_t to = 0; to < NODES; to++)
				if (from != to && (unsigned)rand_r(&seed) % density == 0) {
					edge[from][to] = true;
					asks_for(from, to);
				}
		for (int start = 0; start < NODES; start++)
			expected += naive_cycles(edge, start, start, 0, 1);
		ck_assert_uint_eq(find().enumerated, expected);
	}
}
END_TEST

/* One component of twenty thousand locks with a hundred thousand links: from each of them only what is near is looked at, 5^4 links on each side,
 * for each of a few lengths; up to the longest length it would be half of all. */
START_TEST(in_a_large_component_little_is_looked_at_for_each_lock)
{
	const uint64_t locks = 20000;
	struct cycles_result result;
	unsigned seed = 1;

	input.max_length = 7;
	for (uint64_t i = 0; i < locks; i++) {
		asks_for(i, (i + 1) % locks);
		for (int j = 0; j < 4; j++)
			asks_for(i, (i + 2 + (uint64_t)rand_r(&seed) % (locks - 2)) % locks);
	}
	result = find();
	ck_assert(!result.bounded && !result.no_memory);
	ck_assert_uint_gt(result.enumerated, 100);
	ck_assert_uint_le(result.looked / locks, 2000);
}
END_TEST

START_TEST(the_worst_of_one_place_stands_for_it)
{
	input.location = one_location;
	asks(1, "GA", 'B');
	asks(2, "GB", 'A');
	held[0].stack = held[2].stack = 7;
	asks(1, "XC", 'D');
	asks(2, "YD", 'C');
	ck_assert_int_eq(only(2), RULE_LOCK_ORDER_CYCLE);
}
END_TEST

/* ---- what orders what ---- */

/* Up to its segment `until` thread `first` is over before segment `from` of thread `second` begins. */
static struct ordering {
	uint32_t first, until, second, from;
	enum order_event event;
} orderings[8];

/* As the header asks for it: the strong one where there is one. */
static bool ordered(void *ctx, struct cycles_witness a, struct cycles_witness b, struct fact_before *event)
{
	bool found = false;

	(void)ctx;
	for (struct ordering *o = orderings; o->first; o++) {
		if (o->first != a.thread || o->until < a.segment || o->second != b.thread || o->from > b.segment ||
		    (found && EVENT_IS_WEAK(o->event)))
			continue;
		event->event = o->event;
		found = true;
	}
	return found;
}

static void set_orderings(const struct ordering *list, size_t size)
{
	memset(orderings, 0, sizeof(orderings));
	memcpy(orderings, list, size);
	input.before = ordered;
}
#define ORDERED(...) set_orderings((const struct ordering[]){__VA_ARGS__}, sizeof((const struct ordering[]){__VA_ARGS__}))

static void abba(void)
{
	asks(1, "A", 'B');
	asks(2, "B", 'A');
}

/* What creators held from create to join: of each thread one gate at most. */
static struct cycles_gate inherited[8];

static const struct cycles_gate *gates_of(void *ctx, uint32_t thread, size_t *number)
{
	(void)ctx;
	*number = inherited[thread].lock != 0;
	return &inherited[thread];
}

static void inherits(uint32_t thread, uint32_t creator, char gate, uint64_t hold)
{
	if (!input.gates)
		memset(inherited, 0, sizeof(inherited));
	inherited[thread] = (struct cycles_gate){
		.lock = (uint64_t)(gate & ~0x20), .hold = hold, .creator = creator, .mode = gate & 0x20 ? LOCK_SHARED : LOCK_EXCLUSIVE};
	input.gates = gates_of;
}

START_TEST(an_inherited_gate_keeps_apart_from_who_takes_it)
{
	const struct cycle *cycle;

	asks(1, "A", 'B');
	asks(2, "GB", 'A');
	inherits(1, 5, 'G', 7);
	cycle = find().cycles;
	ck_assert_int_eq(cycle->rule, RULE_CYCLE_GATED);
	ck_assert(cycle->gate_inherited && cycle->gate == 'G');
	ck_assert_uint_eq(cycle->links[cycle->gate_links[0]].witness.thread, 1);
	ck_assert_uint_eq(cycle->links[cycle->gate_links[1]].witness.thread, 2);
}
END_TEST

START_TEST(an_inherited_gate_does_not_keep_apart_from_who_takes_it_not)
{
	abba();
	inherits(1, 5, 'G', 7);
	ck_assert_int_eq(only(2), RULE_LOCK_ORDER_CYCLE);
}
END_TEST

START_TEST(an_inherited_gate_does_not_keep_apart_from_its_creator)
{
	asks(1, "A", 'B');
	asks(2, "GB", 'A');
	inherits(1, 2, 'G', 7);
	ck_assert_int_eq(only(2), RULE_LOCK_ORDER_CYCLE);
}
END_TEST

START_TEST(two_children_of_one_hold_are_not_kept_apart)
{
	abba();
	inherits(1, 5, 'G', 7);
	inherits(2, 5, 'G', 7);
	ck_assert_int_eq(only(2), RULE_LOCK_ORDER_CYCLE);
}
END_TEST

START_TEST(children_of_two_holds_are_kept_apart)
{
	abba();
	inherits(1, 5, 'G', 7);
	inherits(2, 6, 'G', 8);
	ck_assert_int_eq(only(2), RULE_CYCLE_GATED);
}
END_TEST

START_TEST(children_of_two_shared_holds_are_not_kept_apart)
{
	abba();
	inherits(1, 5, 'g', 7);
	inherits(2, 6, 'g', 8);
	ck_assert_int_eq(only(2), RULE_LOCK_ORDER_CYCLE);
}
END_TEST

/* The dependency has these witnesses. */
static void seen_by(struct cycles_dependency *dependency, const struct cycles_witness *list, uint32_t length)
{
	dependency->witnesses = list;
	dependency->witness_count = length;
}

/* What the only cycle says ordered it: which event, and which of its links came first. */
static void named(enum order_event event, uint32_t first, uint32_t second)
{
	struct cycles_result result = find();

	ck_assert_ptr_nonnull(result.cycles);
	ck_assert_uint_eq(result.cycles->event.event, event);
	ck_assert_uint_eq(result.cycles->event_links[0], first);
	ck_assert_uint_eq(result.cycles->event_links[1], second);
}

START_TEST(each_strong_event_orders)
{
	static const enum order_event strong[] = {EVENT_CREATE, EVENT_JOIN, EVENT_BARRIER, EVENT_FORK};

	abba();
	for (size_t i = 0; i < sizeof(strong) / sizeof(*strong); i++) {
		ORDERED({1, 1, 2, 1, strong[i]});
		ck_assert_int_eq(only(2), RULE_CYCLE_ORDERED);
		named(strong[i], 0, 1);
	}
}
END_TEST

START_TEST(each_weak_event_orders_weakly)
{
	static const enum order_event weak[] = {EVENT_SEMAPHORE, EVENT_CONDITION, EVENT_ONCE, EVENT_END};

	abba();
	for (size_t i = 0; i < sizeof(weak) / sizeof(*weak); i++) {
		ORDERED({2, 1, 1, 1, weak[i]});
		ck_assert_int_eq(only(2), RULE_CYCLE_WEAKLY_ORDERED);
		named(weak[i], 1, 0);
	}
}
END_TEST

START_TEST(an_event_before_or_after_both_orders_nothing)
{
	static const struct cycles_witness later[] = {{.thread = 1, .segment = 2}};

	abba();
	seen_by(&dependencies[0], later, 1);
	/* Over is only what thread 1 did before; and only what thread 2 does later comes after. */
	ORDERED({1, 1, 2, 1, EVENT_JOIN}, {1, 2, 2, 2, EVENT_JOIN}, {1, 1, 2, 1, EVENT_SEMAPHORE}, {1, 2, 2, 2, EVENT_SEMAPHORE});
	ck_assert_int_eq(only(2), RULE_LOCK_ORDER_CYCLE);
}
END_TEST

START_TEST(a_strong_event_outweighs_a_weak_one)
{
	abba();
	ORDERED({1, 1, 2, 1, EVENT_SEMAPHORE}, {1, 1, 2, 1, EVENT_BARRIER});
	ck_assert_int_eq(only(2), RULE_CYCLE_ORDERED);
	named(EVENT_BARRIER, 0, 1);
}
END_TEST

/* Thread 1 took the first order in its segments 1 and 2, thread 2 the other one. */
static void abba_twice(void)
{
	static const struct cycles_witness twice[] = {{.thread = 1, .segment = 1}, {.thread = 1, .segment = 2}};

	abba();
	seen_by(&dependencies[0], twice, 2);
}

START_TEST(one_witness_strongly_and_the_other_weakly_is_weakly)
{
	abba_twice();
	ORDERED({1, 1, 2, 1, EVENT_JOIN}, {1, 2, 2, 1, EVENT_SEMAPHORE});
	ck_assert_int_eq(only(2), RULE_CYCLE_WEAKLY_ORDERED);
	named(EVENT_SEMAPHORE, 0, 1);
}
END_TEST

START_TEST(one_witness_weakly_and_the_other_not_at_all_is_an_error)
{
	struct cycles_result result;

	abba_twice();
	ORDERED({1, 1, 2, 1, EVENT_SEMAPHORE});
	ck_assert_int_eq(only(2), RULE_LOCK_ORDER_CYCLE);
	result = find();
	ck_assert_uint_eq(result.cycles->links[0].witness.segment, 2);
}
END_TEST

START_TEST(every_witness_strongly_is_strongly)
{
	abba_twice();
	ORDERED({1, 1, 2, 1, EVENT_JOIN}, {2, 1, 1, 2, EVENT_CREATE});
	ck_assert_int_eq(only(2), RULE_CYCLE_ORDERED);
}
END_TEST

START_TEST(a_thread_that_nothing_orders_makes_it_an_error)
{
	static const struct cycles_witness others[] = {{.thread = 2, .segment = 1}, {.thread = 3, .segment = 1}};

	abba();
	seen_by(&dependencies[1], others, 2);
	ORDERED({1, 1, 2, 1, EVENT_JOIN}, {1, 1, 3, 1, EVENT_SEMAPHORE});
	ck_assert_int_eq(only(2), RULE_CYCLE_WEAKLY_ORDERED);
	ORDERED({1, 1, 2, 1, EVENT_JOIN});
	ck_assert_int_eq(only(2), RULE_LOCK_ORDER_CYCLE);
}
END_TEST

START_TEST(one_choice_of_witnesses_without_an_inherited_gate_is_enough)
{
	const struct cycles_witness list[] = {{1, 1, 0}, {3, 1, 0}};

	seen_by(asks(1, "A", 'B'), list, 2);
	asks(2, "GB", 'A');
	inherits(1, 5, 'G', 7);
	ck_assert_int_eq(only(2), RULE_LOCK_ORDER_CYCLE);
}
END_TEST

START_TEST(where_one_choice_is_gated_and_the_other_ordered_it_is_ordered)
{
	const struct cycles_witness list[] = {{1, 1, 0}, {3, 1, 0}};

	seen_by(asks(1, "A", 'B'), list, 2);
	asks(2, "GB", 'A');
	inherits(1, 5, 'G', 7);
	ORDERED({3, 1, 2, 1, EVENT_JOIN});
	ck_assert_int_eq(only(2), RULE_CYCLE_ORDERED);
}
END_TEST

START_TEST(of_three_links_any_two_ordered_are_enough)
{
	asks(1, "A", 'B');
	asks(2, "B", 'C');
	asks(3, "C", 'A');
	ORDERED({3, 1, 1, 1, EVENT_SEMAPHORE});
	ck_assert_int_eq(only(3), RULE_CYCLE_WEAKLY_ORDERED);
	named(EVENT_SEMAPHORE, 2, 0);
	ORDERED({3, 1, 1, 1, EVENT_SEMAPHORE}, {2, 1, 3, 1, EVENT_JOIN});
	ck_assert_int_eq(only(3), RULE_CYCLE_ORDERED);
	named(EVENT_JOIN, 1, 2);
	ORDERED({4, 1, 1, 1, EVENT_JOIN});
	ck_assert_int_eq(only(3), RULE_LOCK_ORDER_CYCLE);
}
END_TEST

START_TEST(of_what_is_true_the_first_rule_is_said)
{
	static const struct cycles_witness both[] = {{.thread = 1, .segment = 1}, {.thread = 2, .segment = 1}};

	abba();
	dependencies[0].how = LOCK_TIMED;
	ORDERED({1, 1, 2, 1, EVENT_SEMAPHORE});
	ck_assert_int_eq(only(2), RULE_CYCLE_WEAKLY_ORDERED);
	/* Both took the one order, thread 2 alone the other: thread 1's is the one that can meet it. */
	seen_by(&dependencies[0], both, 2);
	ck_assert_int_eq(only(2), RULE_CYCLE_WEAKLY_ORDERED);
	ORDERED({0});
	ck_assert_int_eq(only(2), RULE_CYCLE_BOUNDED);
	count = held_count = 0;
	asks(1, "GA", 'B');
	asks(2, "GB", 'A');
	ORDERED({1, 1, 2, 1, EVENT_JOIN});
	ck_assert_int_eq(only(2), RULE_CYCLE_GATED);
}
END_TEST

START_TEST(of_one_place_the_least_ordered_stands_for_it)
{
	struct cycles_result result;

	input.location = one_location;
	abba();
	asks(3, "C", 'D');
	asks(4, "D", 'C');
	ORDERED({1, 1, 2, 1, EVENT_JOIN}, {3, 1, 4, 1, EVENT_SEMAPHORE});
	ck_assert_int_eq(only(2), RULE_CYCLE_WEAKLY_ORDERED);
	asks(5, "E", 'F');
	asks(6, "F", 'E');
	result = find();
	ck_assert_int_eq(result.cycles->rule, RULE_LOCK_ORDER_CYCLE);
	ck_assert_uint_eq(result.cycles->count, 3);
	ck_assert_ptr_null(result.cycles->next);
}
END_TEST

START_TEST(every_allocation_may_fail)
{
	bool whole = false;
	long calls = 0;

	for (; !whole; calls++) {
		struct failing failing = {calls};
		struct arena poor = test_arena(&failing);

		setup();
		for (uint64_t i = 0; i < 2000; i++) {
			asks(1, "A", 'B');
			held[held_count - 1].lock = i;
			dependencies[count - 1].lock = (i + 1) % 2000;
		}
		asks(1, "X", 'Y');
		asks(2, "Y", 'X');
		input.count = count;
		whole = !cycles_find(&input, &poor).no_memory;
		arena_fini(&poor);
	}
	ck_assert_int_gt(calls, 3);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cycles");
	TCase *tests = tcase_create("cycles");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tests, 120);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, abba_of_two_threads_is_an_error);
	tcase_add_test(tests, one_order_is_no_cycle);
	tcase_add_test(tests, abbcca_is_one_cycle_of_three);
	tcase_add_test(tests, one_thread_makes_no_deadlock);
	tcase_add_test(tests, three_links_of_two_threads_are_too_few_threads);
	tcase_add_test(tests, a_common_exclusive_lock_is_a_gate);
	tcase_add_test(tests, a_gate_that_both_read_is_none);
	tcase_add_test(tests, an_inherited_gate_keeps_apart_from_who_takes_it);
	tcase_add_test(tests, an_inherited_gate_does_not_keep_apart_from_who_takes_it_not);
	tcase_add_test(tests, an_inherited_gate_does_not_keep_apart_from_its_creator);
	tcase_add_test(tests, two_children_of_one_hold_are_not_kept_apart);
	tcase_add_test(tests, children_of_two_holds_are_kept_apart);
	tcase_add_test(tests, children_of_two_shared_holds_are_not_kept_apart);
	tcase_add_test(tests, one_choice_of_witnesses_without_an_inherited_gate_is_enough);
	tcase_add_test(tests, where_one_choice_is_gated_and_the_other_ordered_it_is_ordered);
	tcase_add_test(tests, where_a_held_set_is_cut_there_may_be_a_gate);
	tcase_add_test(tests, where_both_are_cut_there_may_be_a_gate);
	tcase_add_test(tests, who_holds_the_lock_of_the_ring_only_has_no_gate_with_one_that_is_cut);
	tcase_add_test(tests, readers_do_not_block_readers);
	tcase_add_test(tests, readers_wait_behind_a_waiting_writer_where_the_lock_says_so);
	tcase_add_test(tests, without_a_writer_of_its_own_readers_do_not_wait);
	tcase_add_test(tests, who_reads_again_waits_behind_a_writer);
	tcase_add_test(tests, a_writer_blocks_readers);
	tcase_add_test(tests, a_try_is_no_link_as_the_lock_asked_for);
	tcase_add_test(tests, a_time_limit_bounds_the_wait);
	tcase_add_test(tests, a_join_between_them_orders_them);
	tcase_add_test(tests, one_unordered_choice_of_witnesses_is_enough);
	tcase_add_test(tests, a_ring_with_a_chord_says_nothing_new);
	tcase_add_test(tests, a_hundred_thousand_cycles_at_one_place_are_one_finding);
	tcase_add_test(tests, a_ring_behind_five_thousand_other_locks_is_found);
	tcase_add_loop_test(tests, every_elementary_cycle_is_found_once, 0, 3);
	tcase_add_test(tests, in_a_large_component_little_is_looked_at_for_each_lock);
	tcase_add_test(tests, the_worst_of_one_place_stands_for_it);
	tcase_add_test(tests, each_strong_event_orders);
	tcase_add_test(tests, each_weak_event_orders_weakly);
	tcase_add_test(tests, an_event_before_or_after_both_orders_nothing);
	tcase_add_test(tests, a_strong_event_outweighs_a_weak_one);
	tcase_add_test(tests, one_witness_strongly_and_the_other_weakly_is_weakly);
	tcase_add_test(tests, one_witness_weakly_and_the_other_not_at_all_is_an_error);
	tcase_add_test(tests, every_witness_strongly_is_strongly);
	tcase_add_test(tests, a_thread_that_nothing_orders_makes_it_an_error);
	tcase_add_test(tests, of_three_links_any_two_ordered_are_enough);
	tcase_add_test(tests, of_what_is_true_the_first_rule_is_said);
	tcase_add_test(tests, of_one_place_the_least_ordered_stands_for_it);
	tcase_add_test(tests, every_allocation_may_fail);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
