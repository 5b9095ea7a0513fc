/* test_dependency.c: dependencies: what reaches the recording, when, and once; witnesses; every allocation failed once. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "graph/dependency.h"
#include "memory.h"

static struct recording_header header;
static unsigned written[FACT_COUNT], instances;

static void count_fact(void *ctx, const struct fact *fact)
{
	(void)ctx;
	written[fact->kind]++;
	instances += fact->kind == FACT_DEPENDENCY && !(fact->flags & DEPENDENCY_CLASS);
}
static const struct fact_sink sink = {.write = count_fact};

static struct arena arena, tables;
static struct lock_table table;
static struct dependencies set;
static struct lock *locks[64];

static void setup_in(struct failing *failing)
{
	memset(&header, 0, sizeof(header));
	header.next_class = header.next_dependency = header.next_name = 1;
	memset(written, 0, sizeof(written));
	instances = 0;
	arena = test_arena(failing);
	tables = test_arena(NULL);
	table = (struct lock_table){.arena = &tables};
}

/* Locks 1, 2, 3 ..., each of a class of its own, or all of class 1. */
static void make_locks(unsigned count, bool one_class)
{
	for (unsigned i = 1; i <= count; i++) {
		struct lock_key key = {.kind = CLASS_INIT, .lock_kind = KIND_MUTEX, .stack = one_class ? 1 : i};

		locks[i] = lock_add(&table, i, 1000 + i, lock_class_intern(&table, &key, &header.next_class), 1);
	}
}

static void setup(void)
{
	setup_in(NULL);
	make_locks(20, false);
	ck_assert(dependencies_init(&set, &arena, &sink, &header, 1));
}

static void teardown(void)
{
	arena_fini(&arena);
	arena_fini(&tables);
}

/* Thread `thread`, in its segment, holding lock `held`, asks for lock `wanted`; stacks are told apart by `site`. */
static enum dependency_result ask(uint32_t thread, uint32_t segment, unsigned held, unsigned wanted, uint32_t site)
{
	struct dependency_held one = {.lock = locks[held], .stack = 100 + site};
	struct dependency_request request = {
		.lock = locks[wanted], .stack = 200 + site, .thread = thread, .segment = segment, .count = 1, .held = &one};
	struct fact_thread fact = {.head = {.size = sizeof(fact), .kind = FACT_THREAD}, .id = thread};

	if (!note_find(&set.notes, thread, 0))
		note_add(&set.notes, thread, 0, &fact.head);
	return dependency_add(&set, &request);
}

START_TEST(without_a_ring_only_classes_are_written)
{
	ask(1, 1, 1, 2, 0);
	ask(1, 1, 2, 3, 0);
	ask(1, 1, 1, 3, 0);
	ck_assert_uint_eq(written[FACT_DEPENDENCY], 3);
	ck_assert_uint_eq(instances, 0);
	ck_assert_uint_eq(written[FACT_CLASS], 3);
	ck_assert_uint_eq(written[FACT_LOCK] + written[FACT_WITNESS] + written[FACT_THREAD], 0);
}
END_TEST

START_TEST(a_ring_that_closes_is_written_whole)
{
	ask(1, 1, 1, 2, 0);
	ask(2, 1, 2, 3, 0);
	ask(2, 1, 4, 1, 0);
	ask(3, 1, 3, 1, 0);
	ck_assert_uint_eq(instances, 3);
	ck_assert_uint_eq(written[FACT_LOCK], 3);
	ck_assert_uint_eq(written[FACT_WITNESS], 3);
	ck_assert_uint_eq(written[FACT_THREAD], 3);
}
END_TEST

START_TEST(a_later_dependency_inside_the_ring_is_written_at_once)
{
	ask(1, 1, 1, 2, 0);
	ask(2, 1, 2, 1, 0);
	ask(1, 1, 1, 2, 7);
	ck_assert_uint_eq(instances, 3);
	ask(1, 1, 1, 2, 7);
	ck_assert_uint_eq(instances, 3);
	ck_assert_uint_eq(written[FACT_WITNESS], 3);
}
END_TEST

/* ---- what the source declares ---- */

START_TEST(what_goes_against_a_declared_order_is_written)
{
	ck_assert(dependency_declare(&set, locks[1], locks[2]));
	ask(1, 1, 1, 2, 0);
	ask(1, 1, 2, 3, 0);
	ck_assert_uint_eq(instances, 0);
	/* By way of 3: the link from 2 to 3 lies in the ring too. */
	ask(1, 1, 3, 1, 0);
	ck_assert_uint_eq(instances, 3);
	ask(1, 1, 2, 1, 0);
	ck_assert_uint_eq(instances, 4);
}
END_TEST

START_TEST(what_went_against_an_order_before_it_was_declared_is_written_then)
{
	ask(1, 1, 2, 1, 0);
	ck_assert_uint_eq(instances, 0);
	ck_assert(dependency_declare(&set, locks[1], locks[2]));
	ck_assert_uint_eq(instances, 1);
	ck_assert(dependency_declare(&set, locks[1], locks[2]));
	ck_assert_uint_eq(instances, 1);
}
END_TEST

START_TEST(an_order_goes_with_its_locks)
{
	ck_assert(lock_order_keep(&table, locks[1], 2) && lock_order_keep(&table, locks[3], 1));
	ck_assert(dependency_declare(&set, locks[1], locks[2]));
	ck_assert(lock_order_known(&table, 1, 2) && !lock_order_known(&table, 2, 1));
	dependency_retire(&set, &table, locks[1]);
	ck_assert(!lock_order_known(&table, 1, 2));
	/* Those of a lock that lives with many that have gone are forgotten now and then. */
	for (uint64_t gone = 100; gone < 1100; gone++)
		ck_assert(lock_order_keep(&table, locks[3], gone));
	ck_assert_uint_lt(locks[3]->orders_count, 33);
}
END_TEST

START_TEST(a_name_is_written_once_and_a_lock_again_when_it_gets_one)
{
	uint32_t name = lock_name_intern(&table, "cache", 5, &header.next_name, &sink);

	ck_assert_uint_eq(name, 1);
	ck_assert_uint_eq(lock_name_intern(&table, "cache", 5, &header.next_name, &sink), name);
	ck_assert_uint_eq(lock_name_intern(&table, "cach", 4, &header.next_name, &sink), 2);
	ck_assert_uint_eq(written[FACT_NAME], 2);
	lock_set_name(locks[1], name, &sink);
	ck_assert_uint_eq(written[FACT_LOCK], 0);
	lock_describe(locks[1], &sink);
	lock_set_name(locks[1], name, &sink);
	ck_assert_uint_eq(written[FACT_LOCK], 1);
	lock_set_name(locks[1], 2, &sink);
	lock_set_class(locks[1], locks[2]->class, &sink);
	ck_assert_uint_eq(written[FACT_LOCK], 3);
}
END_TEST

/* ---- rings that grow ---- */

#define GROWING 40

/* Who leads to whom, also over others. */
static bool leads[GROWING + 1][GROWING + 1];

static void now_leads(unsigned held, unsigned wanted)
{
	for (unsigned from = 1; from <= GROWING; from++)
		for (unsigned to = 1; to <= GROWING; to++)
			leads[from][to] |= (from == held || leads[from][held]) && (to == wanted || leads[wanted][to]);
}

static struct asked {
	unsigned held[2], wanted;
} asked[150];

/* With both locks held, or one, when they are the same. */
static void ask_with(const struct asked *what, uint32_t thread, uint32_t segment, uint32_t site)
{
	struct dependency_held held[2] = {{.lock = locks[what->held[0]], .stack = 1000 + site}, {.lock = locks[what->held[1]], .stack = 1}};
	struct dependency_request request = {.lock = locks[what->wanted],
					     .stack = 2000 + site,
					     .thread = thread,
					     .segment = segment,
					     .count = 1 + (what->held[0] != what->held[1]),
					     .held = held};
	struct fact_thread fact = {.head = {.size = sizeof(fact), .kind = FACT_THREAD}, .id = thread};

	if (!note_find(&set.notes, thread, 0))
		note_add(&set.notes, thread, 0, &fact.head);
	dependency_add(&set, &request);
	now_leads(what->held[0], what->wanted);
	now_leads(what->held[1], what->wanted);
}

static struct asked any(unsigned *seed)
{
	struct asked any = {.held = {1 + (unsigned)rand_r(seed) % GROWING}, .wanted = 1 + (unsigned)rand_r(seed) % GROWING};

	any.held[1] = rand_r(seed) % 4 ? any.held[0] : 1 + (unsigned)rand_r(seed) % GROWING;
	return any.held[0] == any.wanted || any.held[1] == any.wanted ? (struct asked){.held = {1, 1}, .wanted = 2} : any;
}

static unsigned ring_size(unsigned lock)
{
	unsigned size = 0;

	for (unsigned other = 1; other <= GROWING; other++)
		size += leads[lock][other] && leads[other][lock];
	return size;
}

/* How many of the first lie in rings of so many locks or more. */
static unsigned in_rings(unsigned count, unsigned size)
{
	unsigned in = 0;

	for (unsigned i = 0; i < count; i++)
		in += (leads[asked[i].wanted][asked[i].held[0]] || leads[asked[i].wanted][asked[i].held[1]]) &&
		      ring_size(asked[i].wanted) >= size;
	return in;
}

/* Random dependencies among forty locks: at every time those are written that lie in a ring, or if there are enough that look like it, in a
 * large one. All of them grow together to one. Some have witnesses that move. */
START_TEST(at_every_time_what_lies_in_rings_is_written)
{
	unsigned seed = (unsigned)time(NULL) * 31 + (unsigned)_i;

	printf("dependency model: seed %u\n", seed);
	fflush(stdout);
	teardown();
	setup_in(NULL);
	make_locks(GROWING, false);
	ck_assert(dependencies_init(&set, &arena, &sink, &header, 1));
	set.copies = _i % 2 ? 0 : UINT32_MAX;
	memset(leads, 0, sizeof(leads));
	for (unsigned i = 0; i < 150; i++) {
		uint32_t last = rand_r(&seed) % 8 || _i % 3 ? 1 : 20;

		asked[i] = any(&seed);
		for (uint32_t segment = 1; segment <= last; segment++)
			ask_with(&asked[i], 1 + i % 3, segment, i);
		ck_assert_uint_le(instances, in_rings(i + 1, 2));
		ck_assert_uint_ge(instances, in_rings(i + 1, _i % 2 ? 9 : 2));
	}
	ck_assert_uint_gt(instances, 100);
}
END_TEST

START_TEST(locks_of_one_class_make_one_class_dependency)
{
	table.locks = NULL;
	table.classes = NULL;
	make_locks(20, true);
	for (unsigned i = 1; i < 20; i++)
		ask(1, 1, i, i + 1, 0);
	ck_assert_uint_eq(written[FACT_DEPENDENCY], 1);
	ck_assert_uint_eq(instances, 0);
}
END_TEST

START_TEST(what_touches_a_shared_lock_is_written_without_a_ring)
{
	locks[2]->class->key.lock_flags = LOCK_PROCESS_SHARED;
	ask(1, 1, 1, 2, 0);
	ask(1, 1, 2, 3, 0);
	ask(1, 1, 3, 4, 0);
	ck_assert_uint_eq(instances, 2);
}
END_TEST

static void try_lock(unsigned held, unsigned wanted)
{
	struct dependency_held one = {.lock = locks[held], .stack = 1};
	struct dependency_request request = {
		.lock = locks[wanted], .stack = 2, .how = LOCK_TRY, .thread = 2, .segment = 1, .count = 1, .held = &one};

	dependency_add(&set, &request);
}

START_TEST(a_try_closes_no_ring)
{
	ask(1, 1, 1, 2, 0);
	try_lock(2, 1);
	ck_assert_uint_eq(instances, 0);
}
END_TEST

START_TEST(a_try_is_in_no_ring_of_others)
{
	try_lock(1, 2);
	ask(1, 1, 1, 2, 0);
	ask(2, 1, 2, 1, 0);
	try_lock(2, 1);
	ck_assert_uint_eq(instances, 2);
}
END_TEST

/* Lock 5 makes readers wait behind writers. Who reads it holding `held` (0: nothing, which is nothing new; 5: it himself), or writes it. */
static void ask_five(uint32_t thread, unsigned held, enum lock_mode mode, uint32_t site)
{
	struct dependency_held one = {.lock = locks[held], .mode = held == 5 ? LOCK_SHARED : LOCK_EXCLUSIVE, .stack = 300 + site};
	struct dependency_request request = {
		.lock = locks[5], .stack = 400 + site, .mode = mode, .thread = thread, .segment = 1, .count = held != 0, .held = &one};
	struct fact_thread fact = {.head = {.size = sizeof(fact), .kind = FACT_THREAD}, .id = thread};

	locks[5]->class->key.lock_kind = KIND_RWLOCK_WRITER;
	if (!note_find(&set.notes, thread, 0))
		note_add(&set.notes, thread, 0, &fact.head);
	dependency_add(&set, &request);
}

START_TEST(who_reads_again_and_who_writes_are_written_when_there_are_both)
{
	ask_five(1, 5, LOCK_SHARED, 0);
	ask_five(1, 5, LOCK_SHARED, 1);
	ck_assert_uint_eq(instances, 0);
	ask_five(2, 0, LOCK_EXCLUSIVE, 0);
	ck_assert_uint_eq(instances, 3);
	ask_five(2, 0, LOCK_EXCLUSIVE, 1);
	ask_five(1, 5, LOCK_SHARED, 2);
	ck_assert_uint_eq(instances, 5);
	ck_assert_uint_eq(written[FACT_DEPENDENCY], 5); /* none among classes */
}
END_TEST

START_TEST(the_writer_of_a_lock_in_a_ring_is_written)
{
	ask_five(3, 0, LOCK_EXCLUSIVE, 0);
	ask_five(1, 6, LOCK_SHARED, 0);
	ck_assert_uint_eq(instances, 0);
	ask(2, 1, 5, 6, 0);
	ck_assert_uint_eq(instances, 3);
	ask_five(4, 0, LOCK_EXCLUSIVE, 1);
	ck_assert_uint_eq(instances, 4);
}
END_TEST

START_TEST(a_lock_that_was_read_again_can_go)
{
	struct dependency_held both[2] = {{.lock = locks[5], .mode = LOCK_SHARED}, {.lock = locks[7]}};
	struct dependency_request request = {.lock = locks[5], .mode = LOCK_SHARED, .thread = 1, .segment = 1, .count = 2, .held = both};

	ask_five(1, 5, LOCK_SHARED, 0);
	dependency_add(&set, &request);
	ask_five(2, 0, LOCK_EXCLUSIVE, 0);
	ask(2, 1, 5, 6, 0);
	dependency_retire(&set, &table, locks[5]);
	dependency_retire(&set, &table, locks[7]);
	ask(1, 1, 6, 8, 0);
	ck_assert_ptr_null(lock_find(&table, 5));
}
END_TEST

START_TEST(a_thread_matters_while_it_is_a_witness_and_for_ever_once_that_is_written)
{
	ask(1, 1, 1, 2, 0);
	ask(2, 1, 2, 1, 0);
	ask(3, 1, 3, 4, 0);
	ck_assert(dependency_has_witness(&set, 1) && dependency_has_witness(&set, 2) && dependency_has_witness(&set, 3));
	dependency_retire(&set, &table, locks[1]);
	dependency_retire(&set, &table, locks[4]);
	ck_assert(dependency_has_witness(&set, 1) && dependency_has_witness(&set, 2));
	ck_assert(!dependency_has_witness(&set, 3));
}
END_TEST

static uint32_t next_before; /* the thread that the next entry written must name */

static void follow_segment(void *ctx, const struct fact *fact)
{
	const struct fact_segment *segment = (const struct fact_segment *)fact;

	ck_assert_uint_eq(fact->size, sizeof(*segment) + segment->count * sizeof(segment->before[0]));
	ck_assert_uint_le(fact->size, 1024);
	ck_assert(segment->thread == 7 && segment->segment == 3);
	for (uint32_t i = 0; i < segment->count; i++)
		ck_assert_uint_eq(segment->before[i].thread, next_before++);
	++*(unsigned *)ctx;
}

START_TEST(a_long_segment_is_written_in_pieces)
{
	enum { ENTRIES = 5000 };
	static union {
		struct fact_segment fact;
		char room[sizeof(struct fact_segment) + ENTRIES * sizeof(struct fact_before)];
	} whole = {.fact = {.head = {.size = sizeof(whole), .kind = FACT_SEGMENT}, .thread = 7, .segment = 3, .count = ENTRIES}};
	unsigned pieces = 0;
	const struct fact_sink follower = {.ctx = &pieces, .write = follow_segment};

	for (uint32_t i = 0; i < ENTRIES; i++)
		whole.fact.before[i].thread = i;
	next_before = 0;
	note_write(note_add(&set.notes, 7, 3, &whole.fact.head), &follower);
	ck_assert_uint_eq(next_before, ENTRIES);
	ck_assert_uint_gt(pieces, 5000 / 64);
	note_write(note_find(&set.notes, 7, 3), &follower);
	ck_assert_uint_eq(next_before, ENTRIES);
}
END_TEST

START_TEST(sixteen_witnesses_are_kept_different_threads_first)
{
	enum dependency_result result = DEPENDENCY_OPEN;

	ask(99, 1, 2, 1, 0);
	for (uint32_t segment = 1; segment <= 16; segment++)
		result = ask(1, segment, 1, 2, 0);
	ck_assert_int_eq(result, DEPENDENCY_OPEN);
	ck_assert_uint_eq(written[FACT_WITNESS], 17);
	for (uint32_t thread = 2; thread <= 16; thread++)
		result = ask(thread, 1, 1, 2, 0);
	ck_assert_int_eq(result, DEPENDENCY_FULL);
	ck_assert_uint_eq(written[FACT_WITNESS], 32);
	ck_assert_uint_eq(header.limits[LIMIT_WITNESSES], 0);
	ck_assert_int_eq(ask(17, 1, 1, 2, 0), DEPENDENCY_LOST);
	ck_assert_uint_eq(written[FACT_WITNESS], 32);
	ck_assert_uint_eq(header.limits[LIMIT_WITNESSES], 1);
	ck_assert_int_eq(ask(16, 1, 1, 2, 0), DEPENDENCY_FULL);
	ck_assert_int_eq(ask(16, 2, 1, 2, 0), DEPENDENCY_LOST);
}
END_TEST

START_TEST(witnesses_are_counted_while_their_dependency_is_there)
{
	ask(1, 1, 1, 2, 0);
	ask(1, 1, 1, 2, 0);
	ask(2, 1, 1, 2, 0);
	ask(2, 1, 2, 3, 0);
	ck_assert_uint_eq(set.witnesses, 3);
	dependency_retire(&set, &table, locks[2]);
	ck_assert_uint_eq(set.witnesses, 0);
}
END_TEST

START_TEST(lost_witnesses_are_told_of_when_there_is_a_ring)
{
	for (uint32_t thread = 1; thread <= 20; thread++)
		ask(thread, 1, 1, 2, 0);
	ck_assert_uint_eq(header.limits[LIMIT_WITNESSES], 0);
	ask(1, 1, 2, 1, 0);
	ck_assert_uint_eq(header.limits[LIMIT_WITNESSES], 4);
	ask(21, 1, 1, 2, 0);
	ck_assert_uint_eq(header.limits[LIMIT_WITNESSES], 5);
}
END_TEST

START_TEST(a_lock_that_came_through_a_fork_begins_with_no_edges)
{
	ask(1, 1, 1, 2, 0);
	arena_fini(&arena);
	arena = test_arena(NULL);
	ck_assert(dependencies_init(&set, &arena, &sink, &header, 2));
	ask(1, 1, 2, 1, 0);
	ck_assert_uint_eq(instances, 0);
	ask(1, 1, 1, 2, 0);
	ck_assert_uint_eq(instances, 2);
}
END_TEST

/* A busy life; returns whether all of it found memory. */
static bool live(struct failing *failing)
{
	bool whole;

	setup_in(failing);
	make_locks(60, false);
	whole = dependencies_init(&set, &arena, &sink, &header, 1);
	for (uint32_t i = 0; set.order && i < 3000; i++)
		whole &= ask(1 + i % 5, 1 + i / 500, 1 + i % 59, 1 + i * 7 % 60 + (i % 59 == i * 7 % 60), i % 11) != DEPENDENCY_NO_MEMORY;
	if (set.order)
		ck_assert_int_eq(order_check_invariants(set.order), 0);
	whole &= header.limits[LIMIT_LOST_MEMORY] == 0;
	teardown();
	return whole;
}

START_TEST(every_allocation_may_fail)
{
	long calls = 0;

	teardown();
	for (struct failing failing = {0};; failing.left = ++calls)
		if (live(&failing))
			break;
	ck_assert_int_gt(calls, 3);
	setup();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("dependency");
	TCase *tests = tcase_create("dependency");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tests, 120);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, without_a_ring_only_classes_are_written);
	tcase_add_test(tests, a_ring_that_closes_is_written_whole);
	tcase_add_test(tests, a_later_dependency_inside_the_ring_is_written_at_once);
	tcase_add_test(tests, what_goes_against_a_declared_order_is_written);
	tcase_add_test(tests, what_went_against_an_order_before_it_was_declared_is_written_then);
	tcase_add_test(tests, an_order_goes_with_its_locks);
	tcase_add_test(tests, a_name_is_written_once_and_a_lock_again_when_it_gets_one);
	tcase_add_loop_test(tests, at_every_time_what_lies_in_rings_is_written, 0, 30);
	tcase_add_test(tests, locks_of_one_class_make_one_class_dependency);
	tcase_add_test(tests, what_touches_a_shared_lock_is_written_without_a_ring);
	tcase_add_test(tests, a_try_closes_no_ring);
	tcase_add_test(tests, a_try_is_in_no_ring_of_others);
	tcase_add_test(tests, who_reads_again_and_who_writes_are_written_when_there_are_both);
	tcase_add_test(tests, the_writer_of_a_lock_in_a_ring_is_written);
	tcase_add_test(tests, a_lock_that_was_read_again_can_go);
	tcase_add_test(tests, a_thread_matters_while_it_is_a_witness_and_for_ever_once_that_is_written);
	tcase_add_test(tests, a_long_segment_is_written_in_pieces);
	tcase_add_test(tests, sixteen_witnesses_are_kept_different_threads_first);
	tcase_add_test(tests, lost_witnesses_are_told_of_when_there_is_a_ring);
	tcase_add_test(tests, witnesses_are_counted_while_their_dependency_is_there);
	tcase_add_test(tests, a_lock_that_came_through_a_fork_begins_with_no_edges);
	tcase_add_test(tests, every_allocation_may_fail);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
