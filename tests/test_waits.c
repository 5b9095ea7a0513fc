/* test_waits.c: the wait-for graph: who waits for whom, and the rings. */
#include <check.h>
#include <stdlib.h>

#include "graph/waits.h"

static uint32_t ring[8], next[8];
static uint8_t seen[8];

static const struct waits_held a = {1, LOCK_EXCLUSIVE}, b = {2, LOCK_EXCLUSIVE}, c = {3, LOCK_EXCLUSIVE}, shared_a = {1, LOCK_SHARED};

/* A thread that holds one lock and wants another. */
static struct waits_thread thread(const struct waits_held *held, uint64_t wants, uint8_t mode)
{
	return (struct waits_thread){.wants = wants, .mode = mode, .held_count = held ? 1 : 0, .held = held};
}

static size_t find(const struct waits_thread *threads, size_t count, size_t from)
{
	return waits_find_ring(threads, count, from, false, ring, next, seen);
}

START_TEST(two_threads_that_want_each_others_lock_are_a_ring)
{
	struct waits_thread threads[] = {thread(&a, 2, LOCK_EXCLUSIVE), thread(&b, 1, LOCK_EXCLUSIVE)};

	ck_assert_uint_eq(find(threads, 2, 1), 2);
	ck_assert_uint_eq(ring[0], 1);
	ck_assert_uint_eq(ring[1], 0);
	ck_assert_int_eq(waits_blocked_by(&threads[0], &threads[1]), 0);
}
END_TEST

START_TEST(a_chain_that_ends_at_a_running_thread_is_none)
{
	struct waits_thread threads[] = {thread(&a, 2, LOCK_EXCLUSIVE), thread(&b, 3, LOCK_EXCLUSIVE), thread(&c, 0, LOCK_EXCLUSIVE)};

	for (size_t i = 0; i < 3; i++)
		ck_assert_uint_eq(find(threads, 3, i), 0);
}
END_TEST

START_TEST(who_waits_for_a_ring_is_not_in_it)
{
	struct waits_thread threads[] = {thread(NULL, 1, LOCK_EXCLUSIVE), thread(&a, 2, LOCK_EXCLUSIVE), thread(&b, 1, LOCK_EXCLUSIVE)};

	ck_assert_uint_eq(find(threads, 3, 0), 0);
	ck_assert_uint_eq(find(threads, 3, 1), 2);
}
END_TEST

START_TEST(readers_do_not_wait_for_readers)
{
	struct waits_thread threads[] = {thread(&shared_a, 2, LOCK_EXCLUSIVE), thread(&b, 1, LOCK_SHARED)};

	ck_assert_int_eq(waits_blocked_by(&threads[1], &threads[0]), -1);
	ck_assert_uint_eq(find(threads, 2, 0), 0);
	threads[1].mode = LOCK_EXCLUSIVE;
	ck_assert_uint_eq(find(threads, 2, 0), 2);
}
END_TEST

START_TEST(a_ring_of_three_is_found_past_a_side_path)
{
	struct waits_thread threads[] = {thread(&a, 2, LOCK_EXCLUSIVE), thread(&b, 0, LOCK_EXCLUSIVE), thread(&b, 3, LOCK_EXCLUSIVE),
					 thread(&c, 1, LOCK_EXCLUSIVE)};

	/* Thread 1 holds b too (it was posted, or shared by mistake): the search goes there first, and comes back. */
	ck_assert_uint_eq(find(threads, 4, 0), 3);
	ck_assert_uint_eq(ring[1], 2);
	ck_assert_uint_eq(ring[2], 3);
}
END_TEST

START_TEST(a_soft_wait_closes_a_ring_only_where_it_is_to_count)
{
	struct waits_thread threads[] = {thread(&a, 2, LOCK_EXCLUSIVE), thread(&b, 1, LOCK_EXCLUSIVE)};

	threads[1].soft = true;
	ck_assert_uint_eq(find(threads, 2, 0), 0);
	ck_assert_uint_eq(find(threads, 2, 1), 0);
	ck_assert_uint_eq(waits_find_ring(threads, 2, 0, true, ring, next, seen), 2);
}
END_TEST

START_TEST(who_joins_a_thread_waits_for_its_end)
{
	const struct waits_held end_of_7 = {WAITS_END(7), LOCK_EXCLUSIVE};
	struct waits_thread threads[] = {thread(&a, WAITS_END(7), LOCK_EXCLUSIVE), thread(&end_of_7, 1, LOCK_EXCLUSIVE)};

	ck_assert_uint_eq(find(threads, 2, 0), 2);
	threads[1].wants = 2;
	ck_assert_uint_eq(find(threads, 2, 0), 0);
}
END_TEST

START_TEST(a_place_in_the_line_keeps_readers_away_and_no_writer)
{
	const struct waits_held queued = {1, WAITS_QUEUED};
	struct waits_thread threads[] = {thread(&shared_a, 1, LOCK_SHARED), thread(&queued, 1, LOCK_EXCLUSIVE)};

	/* The reader reads it again behind a writer, who waits for the reader. */
	ck_assert_uint_eq(find(threads, 2, 0), 2);
	ck_assert_int_eq(waits_blocked_by(&threads[1], &threads[1]), -1);
	threads[0].mode = LOCK_EXCLUSIVE;
	ck_assert_uint_eq(find(threads, 2, 0), 0);
}
END_TEST

/* Every thread, by a fixpoint: who waits for nobody that waits can go on; what is left over holds a ring. */
static bool is_stuck(const struct waits_thread *threads, size_t count, size_t one)
{
	bool stuck[8];

	for (size_t i = 0; i < count; i++)
		stuck[i] = threads[i].wants != 0;
	for (size_t round = 0; round < count; round++)
		for (size_t i = 0; i < count; i++) {
			bool held_up = false;

			for (size_t j = 0; j < count; j++)
				held_up |= j != i && stuck[j] && waits_blocked_by(&threads[i], &threads[j]) >= 0;
			stuck[i] &= held_up;
		}
	return stuck[one];
}

START_TEST(random_waits_agree_with_what_is_left_when_all_others_have_gone)
{
	static const unsigned seed = 20261123;

	srandom(seed);
	for (int round = 0; round < 20000; round++) {
		struct waits_held held[6][2];
		struct waits_thread threads[6];

		for (int i = 0; i < 6; i++) {
			for (int j = 0; j < 2; j++)
				held[i][j] = (struct waits_held){1 + (uint64_t)(random() % 5), (uint8_t)(random() % 3)};
			threads[i] = (struct waits_thread){.wants = (uint64_t)(random() % 6),
							   .mode = (uint8_t)(random() % 2),
							   .held_count = (uint32_t)(random() % 3),
							   .held = held[i]};
		}
		for (size_t i = 0; i < 6; i++) {
			size_t length = find(threads, 6, i);

			/* A ring is one, and who is in one is stuck. */
			for (size_t j = 0; j < length; j++)
				ck_assert_msg(waits_blocked_by(&threads[ring[j]], &threads[ring[(j + 1) % length]]) >= 0,
					      "seed %u, round %d", seed, round);
			ck_assert_msg(length == 0 || is_stuck(threads, 6, i), "seed %u, round %d", seed, round);
			if (length == 0 && is_stuck(threads, 6, i)) {
				/* It waits for a ring that it is not in: then somebody else is in one. */
				size_t others = 0;

				for (size_t j = 0; j < 6; j++)
					others += find(threads, 6, j);
				ck_assert_msg(others > 0, "seed %u, round %d", seed, round);
			}
		}
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("waits");
	TCase *tests = tcase_create("waits");
	SRunner *runner;
	int failed;

	tcase_add_test(tests, two_threads_that_want_each_others_lock_are_a_ring);
	tcase_add_test(tests, a_chain_that_ends_at_a_running_thread_is_none);
	tcase_add_test(tests, who_waits_for_a_ring_is_not_in_it);
	tcase_add_test(tests, readers_do_not_wait_for_readers);
	tcase_add_test(tests, a_ring_of_three_is_found_past_a_side_path);
	tcase_add_test(tests, a_soft_wait_closes_a_ring_only_where_it_is_to_count);
	tcase_add_test(tests, who_joins_a_thread_waits_for_its_end);
	tcase_add_test(tests, a_place_in_the_line_keeps_readers_away_and_no_writer);
	tcase_add_test(tests, random_waits_agree_with_what_is_left_when_all_others_have_gone);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
