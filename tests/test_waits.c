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
	return waits_find_ring(threads, count, from, ring, next, seen);
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
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
