/* test_rows.c: rows: what the recording gets is what it would get without them, at every time. */
#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "graph/dependency.h"
#include "memory.h"

/* Two large classes, A and B, of locks whose numbers alternate; and a few locks that have a class of their own each. */
#define MANY  40u
#define FEW   6u
#define LOCKS (2 * MANY + FEW)
#define A(i)  (2 * (i))
#define B(i)  (2 * (i) + 1)
#define C(i)  (2 * MANY + (i))

/* The same process, with rows and without. */
struct side {
	struct recording_header header;
	struct arena arena, tables;
	struct lock_table table;
	struct dependencies set;
	struct lock *locks[LOCKS];
	uint64_t next;			  /* number of a lock */
	unsigned dependencies, witnesses; /* written, of instances */
	uint64_t content;		  /* of all of them, in whichever order */
	uint64_t ids[1 << 16];		  /* of those written: their content */
	unsigned slow;			  /* times that the caller had to serialise */
	struct {
		uint64_t key;
		struct row *row;
	} rows[512]; /* as a thread finds them */
	unsigned rows_count;
};
static struct side with, without;

/* Each fact counts by its content, whichever number it has. */
static void note_fact(void *ctx, const struct fact *fact)
{
	struct side *side = ctx;
	uint64_t hash = 1;

	if (fact->kind == FACT_DEPENDENCY && !(fact->flags & DEPENDENCY_CLASS)) {
		const struct fact_dependency *dependency = (const struct fact_dependency *)fact;

		hash = hash_mix(hash_mix(hash, dependency->lock), dependency->stack);
		for (uint32_t i = 0; i < dependency->count; i++)
			hash = hash_mix(hash_mix(hash, dependency->held[i].lock), dependency->held[i].stack);
		side->ids[dependency->id % (1 << 16)] = hash;
		side->dependencies++;
		side->content += hash;
	}
	if (fact->kind == FACT_WITNESS) {
		const struct fact_witness *witness = (const struct fact_witness *)fact;

		side->witnesses++;
		side->content += hash_mix(hash_mix(side->ids[witness->dependency % (1 << 16)], witness->thread), witness->segment);
	}
}

static void make_lock(struct side *side, unsigned index)
{
	struct lock_key key = {.kind = CLASS_INIT, .lock_kind = KIND_MUTEX, .stack = index < 2 * MANY ? 1 + index % 2 : 1 + index};

	side->locks[index] = lock_add(&side->table, ++side->next, 0, lock_class_intern(&side->table, &key, &side->header.next_class), 1);
}

static void begin(struct side *side, bool rows, struct failing *failing)
{
	static const struct fact_sink sinks[2] = {{note_fact, &without}, {note_fact, &with}};

	memset(side, 0, sizeof(*side));
	side->header.next_class = side->header.next_dependency = 1;
	side->arena = test_arena(failing);
	side->tables = test_arena(NULL);
	side->table = (struct lock_table){.arena = &side->tables};
	for (unsigned i = 0; i < LOCKS; i++)
		make_lock(side, i);
	if (!dependencies_init(&side->set, &side->arena, &sinks[rows], &side->header, 1))
		return;
	side->set.copies = UINT32_MAX;
	side->set.rows.tries_wanted = 3;
	side->set.rows.off = !rows;
}

static void end(struct side *side)
{
	arena_fini(&side->arena);
	arena_fini(&side->tables);
}

static void setup(void)
{
	begin(&with, true, NULL);
	begin(&without, false, NULL);
}

static void teardown(void)
{
	end(&with);
	end(&without);
}

struct what {
	unsigned held[ROW_HELD], count, wanted;
	uint32_t thread, segment, site;
};

static uint64_t key_of(const struct dependency_request *request, uint32_t axis)
{
	uint64_t key = hash_mix(axis, request->stack);

	for (uint32_t i = 0; i <= request->count; i++) {
		const struct lock *lock = i < request->count ? request->held[i].lock : request->lock;

		key = hash_mix(key, i == axis ? lock->id / ROW_LOCKS : lock->id);
		key = hash_mix(key, i < request->count ? request->held[i].stack : 0);
	}
	return key;
}

/* As the library does it: a row that the thread knows, else the slow path. */
static bool ask_side(struct side *side, const struct what *what)
{
	struct dependency_held held[ROW_HELD];
	struct dependency_request request = {.lock = side->locks[what->wanted],
					     .stack = 200 + what->site,
					     .thread = what->thread,
					     .segment = what->segment,
					     .count = what->count,
					     .held = held};
	struct fact_thread fact = {.head = {.size = sizeof(fact), .kind = FACT_THREAD}, .id = what->thread};
	uint32_t axis;
	uint64_t key, own;
	struct row *row;

	for (unsigned i = 0; i < what->count; i++)
		held[i] = (struct dependency_held){.lock = side->locks[what->held[i]], .stack = 100 + what->site + i};
	axis = rows_axis(&request);
	key = axis == ROW_NONE ? 0 : key_of(&request, axis);
	own = key + (uint64_t)what->thread * 64 + what->segment;
	for (unsigned i = 0; i < side->rows_count && key; i++) {
		uint64_t number = axis == what->count ? request.lock->id : held[axis].lock->id;

		if (side->rows[i].key == own && (row_has(side->rows[i].row, number) || row_add(side->rows[i].row, number)))
			return true;
	}
	side->slow++;
	if (!note_find(&side->set.notes, what->thread, 0) && !note_add(&side->set.notes, what->thread, 0, &fact.head))
		return false;
	row = key ? rows_take(&side->set, &side->table, &request, axis, key) : NULL;
	if (row && side->rows_count < 512) {
		side->rows[side->rows_count].key = own;
		side->rows[side->rows_count++].row = row;
	}
	return row || dependency_add(&side->set, &request) != DEPENDENCY_NO_MEMORY;
}

static void ask(struct what what)
{
	ask_side(&with, &what);
	ask_side(&without, &what);
	ck_assert_uint_eq(with.dependencies, without.dependencies);
	ck_assert_uint_eq(with.witnesses, without.witnesses);
	ck_assert_uint_eq(with.content, without.content);
}

static void renew_side(struct side *side, unsigned lock)
{
	dependency_retire(&side->set, &side->table, side->locks[lock]);
	make_lock(side, lock);
}

static void renew(unsigned lock)
{
	renew_side(&with, lock);
	renew_side(&without, lock);
	ck_assert_uint_eq(with.dependencies, without.dependencies);
	ck_assert_uint_eq(with.content, without.content);
}

static void ask_one(uint32_t thread, unsigned held, unsigned wanted)
{
	ask((struct what){.held = {held}, .count = 1, .wanted = wanted, .thread = thread, .segment = 1});
}

START_TEST(many_locks_over_one_need_no_dependency_each)
{
	for (uint32_t thread = 1; thread <= 4; thread++)
		for (unsigned i = 0; i < MANY; i++)
			ask_one(thread, A(i), C(0));
	ck_assert_uint_lt(with.header.next_dependency, 6);
	ck_assert_uint_eq(without.header.next_dependency, MANY + 2);
	ck_assert_uint_lt(with.slow, MANY + 8);
	ck_assert_uint_eq(without.slow, 4 * MANY);
}
END_TEST

START_TEST(so_do_many_locks_under_one)
{
	for (uint32_t thread = 1; thread <= 4; thread++)
		for (unsigned i = 0; i < MANY; i++)
			ask_one(thread, C(0), A(i));
	ck_assert_uint_lt(with.header.next_dependency, 6);
}
END_TEST

START_TEST(a_ring_that_closes_later_is_found_with_all_its_witnesses)
{
	for (uint32_t thread = 1; thread <= 4; thread++)
		for (unsigned i = 0; i < MANY; i++)
			ask_one(thread, A(i), C(0));
	ask_one(5, C(0), A(7));
	ck_assert_uint_eq(with.dependencies, 2);
	ck_assert_uint_eq(with.witnesses, 5);
	/* From now on each is looked at alone. */
	ask_one(6, A(9), C(0));
	ask_one(6, C(0), A(9));
	ck_assert_uint_eq(with.dependencies, 4);
}
END_TEST

static void same_so_far(void)
{
	ck_assert_uint_eq(with.dependencies, without.dependencies);
	ck_assert_uint_eq(with.witnesses, without.witnesses);
	ck_assert_uint_eq(with.content, without.content);
}

START_TEST(what_goes_against_a_declared_order_is_written)
{
	for (uint32_t thread = 1; thread <= 4; thread++)
		for (unsigned i = 0; i < MANY; i++)
			ask_one(thread, A(i), C(0));
	for (unsigned i = 0; i < 2; i++) {
		struct side *side = i ? &with : &without;

		ck_assert(dependency_declare(&side->set, side->locks[C(0)], side->locks[A(7)]));
	}
	same_so_far();
	ck_assert_uint_eq(with.dependencies, 1);
	ck_assert_uint_eq(with.witnesses, 4);
}
END_TEST

static void change_class(struct side *side, unsigned lock, unsigned as)
{
	struct lock_class *class = side->locks[as]->class;

	dependency_change_class(&side->set, side->locks[lock], class);
	lock_set_class(side->locks[lock], class, side->set.sink);
}

/* Both ways: it is one of many that becomes another, and another that becomes one of many. */
START_TEST(a_lock_that_gets_another_class_is_what_it_was)
{
	for (unsigned i = 0; i < MANY; i++)
		ask_one(1, A(i), C(0));
	ask_one(1, C(1), C(2));
	for (unsigned i = 0; i < 2; i++) {
		change_class(i ? &with : &without, A(7), C(3));
		change_class(i ? &with : &without, C(1), B(0));
	}
	same_so_far();
	ask_one(2, C(0), A(7));
	ck_assert_uint_eq(with.dependencies, 2);
	for (unsigned i = 0; i < MANY; i++)
		ask_one(3, C(2), B(i));
	ask_one(4, C(2), C(1));
	ck_assert_uint_eq(with.dependencies, 4);
	renew(A(7));
	renew(C(1));
	for (unsigned i = 0; i < MANY; i++)
		ask_one(5, A(i), C(0));
}
END_TEST

START_TEST(so_is_one_over_a_third_class)
{
	for (unsigned i = 0; i < MANY; i++) {
		ask_one(1, A(i), C(0));
		ask_one(2, C(0), B(i));
	}
	ask_one(3, B(3), A(4));
	ck_assert_uint_eq(with.dependencies, 3);
}
END_TEST

START_TEST(rings_of_classes_alone_write_nothing)
{
	for (unsigned i = 0; i < MANY; i++)
		ask_one(1, A(i), B(i));
	for (unsigned i = 0; i + 1 < MANY; i++)
		ask_one(2, B(i), A(i + 1));
	ck_assert_uint_eq(with.dependencies, 0);
	ask_one(2, B(MANY - 1), A(0));
	ck_assert_uint_eq(with.dependencies, 2 * MANY);
}
END_TEST

START_TEST(what_was_held_with_a_lock_that_is_gone_is_known)
{
	for (unsigned i = 0; i < MANY; i++)
		ask((struct what){.held = {A(i), C(0)}, .count = 2, .wanted = C(1), .thread = 1, .segment = 1});
	for (unsigned i = 0; i < MANY; i++)
		renew(A(i));
	ask_one(2, C(1), C(0));
	ck_assert_uint_eq(with.dependencies, 2);
}
END_TEST

START_TEST(so_is_what_was_held_with_another_lock_of_the_row_that_is_gone)
{
	for (unsigned i = 0; i < MANY; i++)
		ask((struct what){.held = {A(i), C(0)}, .count = 2, .wanted = C(1), .thread = 1, .segment = 1});
	renew(C(0));
	ask_one(2, C(1), A(5));
	ck_assert_uint_eq(with.dependencies, 2);
}
END_TEST

START_TEST(more_witnesses_than_a_kind_has_rows_for)
{
	for (uint32_t thread = 1; thread <= 2 * ROW_WITNESSES; thread++)
		for (unsigned i = 0; i < 8; i++)
			ask((struct what){.held = {A(i)}, .count = 1, .wanted = C(0), .thread = 1 + thread / 9, .segment = thread % 9});
	ask_one(1, C(0), A(7));
	ck_assert_uint_eq(with.dependencies, 2);
}
END_TEST

START_TEST(a_thread_that_is_a_witness_in_a_row_is_one)
{
	for (unsigned i = 0; i < MANY; i++)
		ask_one(1, A(i), C(0));
	ask_one(2, A(0), C(0));
	ck_assert(dependency_has_witness(&with.set, 2));
	renew(C(0));
	ck_assert(!dependency_has_witness(&with.set, 2));
}
END_TEST

START_TEST(what_is_known_of_locks_that_are_gone_goes_with_them)
{
	for (unsigned round = 0; round < 100; round++) {
		for (unsigned i = 0; i < MANY; i++) {
			ask_one(1 + round, A(i), C(0));
			ask_one(1 + round, C(1), A(i));
			ask((struct what){.held = {C(2), A(i)}, .count = 2, .wanted = C(3), .thread = 1, .segment = 1});
		}
		ck_assert_ptr_nonnull(with.set.rows.kinds);
		for (unsigned i = 0; i < MANY; i++)
			renew(A(i));
		ck_assert_ptr_null(with.set.rows.kinds);
		ck_assert_ptr_null(with.set.rows.groups);
		ck_assert(!dependency_has_witness(&with.set, 1 + round) || round == 0);
	}
}
END_TEST

static bool added[MANY];
static _Atomic unsigned tried;

static void *add_all(void *row)
{
	for (unsigned i = 0; i < MANY; i++) {
		added[i] = row_add(row, with.locks[A(i)]->id);
		tried = i + 1;
	}
	return NULL;
}

/* One thread sets bits while another one closes the row. */
START_TEST(what_is_added_while_a_row_is_closed_is_known_or_refused)
{
	unsigned known = 0;

	for (unsigned round = 0; round < 200; round++) {
		pthread_t thread;

		teardown();
		setup();
		/* Which locks are of the class is known, by another row. */
		for (unsigned i = 0; i < MANY; i++)
			ask_one(1, A(i), C(1));
		for (unsigned i = 0; i < 4; i++)
			ask_one(1, A(i), C(0));
		tried = 0;
		if (round == 0)
			rows_close_all(&with.set);
		ck_assert_int_eq(pthread_create(&thread, NULL, add_all, with.rows[with.rows_count - 1].row), 0);
		/* From before the first to behind the last. */
		while (tried < round % (MANY + 1))
			;
		rows_close_all(&with.set);
		pthread_join(thread, NULL);
		for (unsigned i = 4; i < MANY; i++) {
			unsigned before = with.dependencies;

			ask_side(&with, &(struct what){.held = {C(0)}, .count = 1, .wanted = A(i), .thread = 2, .segment = 1});
			if (added[i])
				ck_assert_uint_eq(with.dependencies, before + 2);
			known += added[i];
		}
	}
	ck_assert_uint_gt(known, 0);
	ck_assert_uint_lt(known, 200 * (MANY - 4));
}
END_TEST

static unsigned any(unsigned *seed)
{
	unsigned kind = (unsigned)rand_r(seed) % 8;

	return kind < 3 ? A((unsigned)rand_r(seed) % MANY) : kind < 4 ? B((unsigned)rand_r(seed) % MANY) : C((unsigned)rand_r(seed) % FEW);
}

/* Where a lock comes in the order that most requests keep to. */
static unsigned rank_of(unsigned lock)
{
	return lock >= 2 * MANY ? lock - 2 * MANY + (lock - 2 * MANY >= FEW / 2 ? 2 : 0) : FEW / 2 + lock % 2;
}

/* Requests by twelve witnesses; locks come and go; all keep to an order of the classes first, then nearly all: so rings close late. */
START_TEST(random_requests_write_what_they_write_without_rows)
{
	unsigned seed = (unsigned)time(NULL) * 31 + (unsigned)_i;

	printf("rows model: seed %u\n", seed);
	fflush(stdout);
	for (unsigned i = 0; i < 4000; i++) {
		struct what what = {.count = 1 + (unsigned)rand_r(&seed) % (_i % 3 + 1),
				    .wanted = any(&seed),
				    .thread = 1 + (unsigned)rand_r(&seed) % 6,
				    .segment = 1 + i / 2000,
				    .site = (unsigned)rand_r(&seed) % 8 == 0};
		bool odd = i > 1500 && rand_r(&seed) % 32 == 0, good = true;

		for (unsigned j = 0; j < what.count; j++) {
			what.held[j] = any(&seed);
			good &= what.held[j] != what.wanted && (odd || rank_of(what.held[j]) < rank_of(what.wanted));
			for (unsigned k = 0; k < j; k++)
				good &= what.held[k] != what.held[j];
		}
		if (good)
			ask(what);
		if (_i % 2 && rand_r(&seed) % 64 == 0)
			renew(any(&seed));
	}
	ck_assert_uint_gt(with.dependencies, 0);
	if (_i % 3 == 0)
		ck_assert_uint_lt(with.slow, without.slow);
}
END_TEST

static bool live(struct failing *failing)
{
	bool whole = true;

	begin(&with, true, failing);
	for (unsigned i = 0; with.set.class_order && i < 9000; i++) {
		struct what what = {.held = {A(i % MANY), C(i % 3)},
				    .count = 1 + i % 2,
				    .wanted = i < 8000 ? C(3 + i % 3) : A((i + 1) % MANY),
				    .thread = 1 + i % 7,
				    .segment = 1,
				    .site = i / 8 % 20 * 10};

		if (i >= 8000)
			what.held[0] = C(4), what.count = 1;
		whole &= ask_side(&with, &what);
		if (i % 97 == 0)
			renew_side(&with, A(i % MANY));
	}
	whole &= with.set.class_order && with.header.limits[LIMIT_LOST_MEMORY] == 0;
	end(&with);
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
	Suite *suite = suite_create("rows");
	TCase *tests = tcase_create("rows");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tests, 120);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, many_locks_over_one_need_no_dependency_each);
	tcase_add_test(tests, so_do_many_locks_under_one);
	tcase_add_test(tests, a_ring_that_closes_later_is_found_with_all_its_witnesses);
	tcase_add_test(tests, what_goes_against_a_declared_order_is_written);
	tcase_add_test(tests, a_lock_that_gets_another_class_is_what_it_was);
	tcase_add_test(tests, so_is_one_over_a_third_class);
	tcase_add_test(tests, rings_of_classes_alone_write_nothing);
	tcase_add_test(tests, what_was_held_with_a_lock_that_is_gone_is_known);
	tcase_add_test(tests, so_is_what_was_held_with_another_lock_of_the_row_that_is_gone);
	tcase_add_test(tests, more_witnesses_than_a_kind_has_rows_for);
	tcase_add_test(tests, a_thread_that_is_a_witness_in_a_row_is_one);
	tcase_add_test(tests, what_is_added_while_a_row_is_closed_is_known_or_refused);
	tcase_add_test(tests, what_is_known_of_locks_that_are_gone_goes_with_them);
	tcase_add_loop_test(tests, random_requests_write_what_they_write_without_rows, 0, 60);
	tcase_add_test(tests, every_allocation_may_fail);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
