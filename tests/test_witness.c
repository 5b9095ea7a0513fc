/* test_witness.c: what a trace says of a cycle: witnesses, exclusion, redundant locks. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph/exclude.h"
#include "graph/redundant.h"
#include "graph/witness.h"
#include "memory.h"

#define THREADS	    8
#define EVENTS_MAX  4096
#define TICKS_APART 1000

static struct trace_event events[THREADS][EVENTS_MAX];
static struct history_thread threads[THREADS];
static struct places_link links[PLACES_LINKS];
static struct arena arena;
static uint32_t clock_now;
static struct witness witness;

static void setup(void)
{
	arena = test_arena(NULL);
	clock_now = 0;
	for (uint32_t i = 0; i < THREADS; i++)
		threads[i] = (struct history_thread){.number = i, .events = events[i]};
}

static void teardown(void)
{
	arena_fini(&arena);
}

static void add(uint32_t thread, uint32_t op, uint32_t object, uint32_t stack)
{
	ck_assert_uint_lt(threads[thread].count, EVENTS_MAX);
	events[thread][threads[thread].count++] =
		(struct trace_event){.object = object, .time = clock_now * TICKS_APART, .sequence = clock_now, .what = stack << 8 | op};
	clock_now++;
}

static uint32_t stack_of(uint32_t thread, char lock)
{
	return thread * 256 + (uint32_t)lock;
}

/* What happened, in the order in which it did: `1+A` thread 1 takes A; `1~A` reads it; `1?A` and `1*A` ask for it, and wait; `1t A` by a try;
 * `1-A` releases it; `1c2` creates thread 2; `1j2` joins it; `1!S` posts; `1wS` goes on after that. */
static struct history *history(const char *text)
{
	for (; *text; text += text[3] ? 4 : 3) {
		uint32_t thread = (uint32_t)(text[0] - '0'), object = (uint32_t)text[2];
		uint32_t stack = stack_of(thread, text[2]);

		switch (text[1]) {
		case '+':
			add(thread, TRACE_ACQUIRE, object, stack);
			break;
		case '~':
			add(thread, TRACE_ACQUIRE | TRACE_SHARED, object, stack);
			break;
		case 't':
			add(thread, TRACE_ACQUIRE | TRACE_TRY, object, stack);
			break;
		case '?':
			add(thread, TRACE_REQUEST, object, stack);
			break;
		case '*':
			add(thread, TRACE_REQUEST | TRACE_SHARED, object, stack);
			break;
		case '-':
			add(thread, TRACE_RELEASE, object, 0);
			break;
		case 'c':
			add(thread, TRACE_CREATE, object - '0', 0);
			break;
		case 'j':
			add(thread, TRACE_JOIN, object - '0', 0);
			break;
		case '!':
			add(thread, TRACE_POST, object, 0);
			break;
		default:
			add(thread, TRACE_WAIT, object, 0);
			break;
		}
	}
	return history_new(threads, THREADS, &arena);
}

/* The ring "1A 2B": thread 1 holds A and wants B, which thread 2 holds, who wants A. Returns its length. */
static uint32_t ring(const char *text)
{
	uint32_t count = (uint32_t)(strlen(text) + 1) / 3;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t thread = (uint32_t)(text[3 * i] - '0');
		char held = text[3 * i + 1], wanted = text[3 * ((i + 1) % count) + 1];

		links[i] = (struct places_link){(uint32_t)held, stack_of(thread, held), (uint32_t)wanted, stack_of(thread, wanted), thread};
	}
	return count;
}

static const struct witness *look(const char *trace, const char *cycle)
{
	struct history *all = history(trace);

	ck_assert_ptr_nonnull(all);
	witness_find(all, links, ring(cycle), &witness);
	return &witness;
}

static const struct witness *none(const char *trace, const char *cycle, enum closure_rule rule)
{
	const struct witness *found = look(trace, cycle);

	ck_assert_int_eq(found->kind, WITNESS_NONE);
	ck_assert_int_eq(found->obstacle, OBSTACLE_PAST);
	ck_assert_int_eq(found->cause.rule, rule);
	return found;
}

/* ---- witnesses ---- */

START_TEST(opposite_orders_have_one)
{
	const struct witness *found = look("1+A 1+B 1-B 1-A 2+B 2+A 2-A 2-B", "1A 2B");

	ck_assert_int_eq(found->kind, WITNESS_PLAIN);
	ck_assert(found->kept);
	ck_assert_uint_eq(found->threads[0], 1);
	ck_assert_uint_eq(found->takes[0], 0);
	ck_assert_uint_eq(found->stops[0], 1);
	ck_assert_uint_eq(found->stops[1], 1);
	ck_assert_uint_eq(found->schedule.events, 2);
	ck_assert_uint_eq(found->schedule.count, 2);
}
END_TEST

START_TEST(a_gate_has_none)
{
	none("1+G 1+A 1+B 1-B 1-A 1-G 2+G 2+B 2+A 2-A 2-B 2-G", "1A 2B", CLOSURE_SECTION);
}
END_TEST

START_TEST(readers_of_a_gate_are_let_in_together)
{
	ck_assert_int_eq(look("1~G 1+A 1+B 1-B 1-A 1-G 2~G 2+B 2+A 2-A 2-B 2-G", "1A 2B")->kind, WITNESS_PLAIN);
	ck_assert(witness.kept);
}
END_TEST

START_TEST(what_is_created_after_the_part_has_none)
{
	none("1+A 1+B 1-B 1-A 1c2 2+B 2+A 2-A 2-B", "1A 2B", CLOSURE_CREATE);
}
END_TEST

START_TEST(what_begins_after_a_join_has_none)
{
	none("1+A 1+B 1-B 1-A 2j1 2+B 2+A 2-A 2-B", "1A 2B", CLOSURE_JOIN);
}
END_TEST

START_TEST(what_waits_for_a_post_has_none)
{
	none("1+A 1+B 1-B 1-A 1!S 2wS 2+B 2+A 2-A 2-B", "1A 2B", CLOSURE_POST);
	ck_assert_uint_eq(witness.cause.thread, 2);
	ck_assert_uint_eq(witness.cause.required, 4);
}
END_TEST

START_TEST(a_post_before_the_part_is_no_obstacle)
{
	ck_assert_int_eq(look("1!S 1+A 1+B 1-B 1-A 2wS 2+B 2+A 2-A 2-B", "1A 2B")->kind, WITNESS_PLAIN);
	ck_assert_uint_eq(witness.schedule.events, 4);
}
END_TEST

START_TEST(a_section_of_another_lock_that_has_to_be_left_out_is_said)
{
	const struct witness *found = look("1+A 1+B 1-B 1-A 1+M 1-M 2+M 2-M 2+B 2+A 2-A 2-B", "1A 2B");

	ck_assert_int_eq(found->kind, WITNESS_PLAIN);
	ck_assert(!found->kept);
}
END_TEST

START_TEST(sections_of_a_lock_keep_their_order)
{
	const struct witness *found = none("1+A 1+B 1-B 1-A 2+A 2-A 2+B 2+A 2-A 2-B", "1A 2B", CLOSURE_SECTION);

	ck_assert_uint_eq(found->link, 0);
	ck_assert_uint_eq(found->cause.thread, 2);
	ck_assert_uint_eq(found->cause.event, 0);
}
END_TEST

START_TEST(the_first_place_that_fits_is_found)
{
	/* The first time thread 1 is done before thread 2 is created; not the second time. */
	const struct witness *found = look("1+A 1+B 1-B 1-A 1c2 1+A 1+B 1-B 1-A 2+B 2+A 2-A 2-B", "1A 2B");

	ck_assert_int_eq(found->kind, WITNESS_PLAIN);
	ck_assert_uint_eq(found->takes[0], 5);
	ck_assert_uint_eq(found->stops[0], 6);
}
END_TEST

START_TEST(another_thread_is_tried)
{
	const struct witness *found;

	/* Thread 1 cannot; thread 3 does the same, at the same places. */
	history("1+A 1+B 1-B 1-A 2j1 2+B 2+A 2-A 2-B");
	add(3, TRACE_ACQUIRE, 'A', stack_of(1, 'A'));
	add(3, TRACE_ACQUIRE, 'B', stack_of(1, 'B'));
	found = look("3-B 3-A", "1A 2B");
	ck_assert_int_eq(found->kind, WITNESS_PLAIN);
	ck_assert_uint_eq(found->threads[0], 3);
}
END_TEST

START_TEST(a_ring_of_three)
{
	const struct witness *found = look("1+A 1+B 1-B 1-A 2+B 2+C 2-C 2-B 3+C 3+A 3-A 3-C", "1A 2B 3C");

	ck_assert_int_eq(found->kind, WITNESS_PLAIN);
	ck_assert_uint_eq(found->schedule.events, 3);
}
END_TEST

START_TEST(one_thread_for_all_links_is_none)
{
	ck_assert_int_eq(look("1+A 1+B 1-B 1-A 1+B 1+A 1-A 1-B", "1A 1B")->obstacle, OBSTACLE_THREADS);
}
END_TEST

START_TEST(a_link_that_is_not_there)
{
	ck_assert_int_eq(look("1+A 1+B 1-B 1-A 2+B 2-B", "1A 2B")->obstacle, OBSTACLE_NOT_TRACED);
	ck_assert_uint_eq(witness.link, 1);
}
END_TEST

START_TEST(a_lock_taken_again_is_no_section)
{
	ck_assert_int_eq(look("1+A 1+A 1+B 1-B 1-A 1-A 2+B 2+B 2+A 2-A 2-B 2-B", "1A 2B")->kind, WITNESS_PLAIN);
	ck_assert_uint_eq(witness.takes[0], 0);
}
END_TEST

START_TEST(the_order_of_a_lock_that_others_release_is_kept)
{
	/* M is taken by thread 1 and released by thread 3: nothing is known of its sections. */
	ck_assert_int_eq(look("1+M 1+A 1+B 1-B 1-A 3-M 2+M 2-M 2+B 2+A 2-A 2-B", "1A 2B")->kind, WITNESS_PLAIN);
	ck_assert_uint_eq(witness.schedule.events, 6);
	teardown();
	setup();
	none("1+A 1+B 1-B 1-A 1+M 3-M 2+M 2-M 2+B 2+A 2-A 2-B", "1A 2B", CLOSURE_KEPT);
}
END_TEST

/* ---- at the same time ---- */

/* Readers of B pass thread 2, which waits to write it, while thread 3 reads. */
#define MEETING "3~B 2?B 1+A 1~B 1-B 1-A 3-B 2+B 2+A 2-A 2-B"

START_TEST(threads_that_were_there_at_once_make_it_strong)
{
	ck_assert_int_eq(look(MEETING, "1A 2B")->kind, WITNESS_STRONG);
	ck_assert(witness.kept);
	ck_assert_uint_eq(witness.schedule.events, 3);
}
END_TEST

START_TEST(without_a_meeting_it_is_plain)
{
	ck_assert_int_eq(look("3~B 1+A 1~B 1-B 1-A 3-B 2?B 2+B 2+A 2-A 2-B", "1A 2B")->kind, WITNESS_PLAIN);
}
END_TEST

START_TEST(a_meeting_that_leaves_out_other_sections_is_plain)
{
	/* Thread 2 came to its lock after thread 1's part; only the clock of another time says that they met. */
	ck_assert_int_eq(look("3~B 1+A 1~B 1-B 1-A 1+M 1-M 2+M 2-M 2?B 3-B 2+B 2+A 2-A 2-B", "1A 2B")->kind, WITNESS_PLAIN);
	ck_assert(!witness.kept);
}
END_TEST

/* ---- exclusion ---- */

static bool excluded(const char *trace, const char *cycle, bool weakly, struct exclusion *why)
{
	struct history *all = history(trace);

	ck_assert_ptr_nonnull(all);
	return exclude_ring(all, links, ring(cycle), weakly, why);
}

START_TEST(acquisition_histories_that_exclude_each_other)
{
	struct exclusion why;
	struct history *all = history("1+A 1+B 1-B 2+B 2+A 2-A");

	/* The second time, at places of its own. */
	ck_assert_ptr_nonnull(all);
	add(1, TRACE_ACQUIRE, 'B', 7);
	add(1, TRACE_RELEASE, 'B', 0);
	add(2, TRACE_ACQUIRE, 'A', 8);
	add(2, TRACE_RELEASE, 'A', 0);
	all = history("1-A 2-B");
	ring("1A 2B");
	ck_assert(!exclude_ring(all, links, 2, false, &why));
	links[0].wanted_stack = 7;
	ck_assert(!exclude_ring(all, links, 2, false, &why));
	links[1].wanted_stack = 8;
	ck_assert(exclude_ring(all, links, 2, false, &why));
	ck_assert(why.histories);
}
END_TEST

START_TEST(a_lock_that_has_to_be_had_first_excludes)
{
	struct exclusion why;

	/* Created while 1 holds A; takes A itself, so after 1's part. */
	ck_assert(excluded("1+A 1c2 1+B 1-B 1-A 2+A 2-A 2+B 2+A 2-A 2-B", "1A 2B", false, &why));
	ck_assert(!why.histories);
}
END_TEST

START_TEST(what_is_tried_need_not_be_had)
{
	struct exclusion why;

	ck_assert(!excluded("1+A 1c2 1+B 1-B 1-A 2tA 2-A 2+B 2+A 2-A 2-B", "1A 2B", false, &why));
}
END_TEST

START_TEST(readers_do_not_exclude_each_other)
{
	struct exclusion why;

	ck_assert(!excluded("1~A 1c2 1+B 1-B 1-A 2~A 2-A 2+B 2+A 2-A 2-B", "1A 2B", false, &why));
}
END_TEST

START_TEST(what_is_posted_excludes_only_weakly)
{
	const char *trace = "1+A 1+C 1-C 1!S 1+B 1-B 1-A 2wS 2+A 2-A 2+B 2+A 2-A 2-B";
	struct exclusion why;

	ck_assert(!excluded(trace, "1A 2B", false, &why));
	teardown();
	setup();
	ck_assert(excluded(trace, "1A 2B", true, &why));
}
END_TEST

START_TEST(what_can_meet_is_not_excluded)
{
	struct exclusion why;

	ck_assert(!excluded("1+A 1+B 1-B 1-A 2+A 2-A 2+B 2+A 2-A 2-B", "1A 2B", true, &why));
}
END_TEST

/* ---- redundant locks ---- */

static const struct redundant *of_lock(const struct history *all, const struct redundant *list, char lock)
{
	return &list[history_lock(all, (uint32_t)lock)];
}

START_TEST(a_lock_always_taken_under_another_is_redundant)
{
	const struct redundant *list, *inner;
	struct history *all = NULL;

	for (int i = 0; i < 50; i++) {
		history("1+O 1+I 1-I 1-O 2+O 2+P 2+I 2-I 2-P 2-O");
		history("1~O 1+R 1-R 1-O 2~O 2+R 2-R 2-O 3+O 3+L 3-L 3-O");
	}
	all = history("3+O 3+L 3-L 3-O");
	list = redundant_find(all);
	inner = of_lock(all, list, 'I');
	ck_assert(redundant_is(all, inner));
	ck_assert_uint_eq(all->objects[inner->outer].number, 'O');
	ck_assert_uint_eq(inner->count, 100);
	ck_assert_uint_eq(inner->threads, 2);
	ck_assert_uint_eq(inner->stack, stack_of(1, 'I'));
	ck_assert_uint_eq(inner->outer_stack, stack_of(1, 'O'));
	ck_assert(!redundant_is(all, of_lock(all, list, 'O')));
	ck_assert(!redundant_is(all, of_lock(all, list, 'P'))); /* 50 times, by one thread */
	ck_assert(!redundant_is(all, of_lock(all, list, 'R'))); /* under a reader */
	ck_assert(!redundant_is(all, of_lock(all, list, 'L'))); /* by one thread */
}
END_TEST

START_TEST(once_without_the_other_is_enough)
{
	struct history *all = NULL;

	for (int i = 0; i < 100; i++)
		history("1+O 1+I 1-I 1-O 2+O 2+I 2-I 2-O");
	all = history("1+I 1-I");
	ck_assert(!redundant_is(all, of_lock(all, redundant_find(all), 'I')));
}
END_TEST

/* ---- whatever the trace says ---- */

static uint64_t random_state;

static uint32_t below(uint32_t limit)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(random_state >> 33) % limit;
}

/* Any events at all, as a damaged recording may have them: nothing is read outside, everything comes to an end. */
START_TEST(damaged_traces)
{
	struct exclusion why;
	struct history *all;
	uint32_t count;

	random_state = (uint64_t)_i + 1;
	for (uint32_t i = 0; i < 400; i++) {
		uint32_t thread = below(THREADS);

		add(thread, below(TRACE_COUNT + 2) | (below(2) ? TRACE_SHARED : 0), below(12), below(4));
		events[thread][threads[thread].count - 1].sequence = below(3) ? clock_now : below(1000);
	}
	all = history_new(threads, THREADS, &arena);
	ck_assert_ptr_nonnull(all);
	count = 2 + below(3);
	for (uint32_t i = 0; i < count; i++)
		links[i] = (struct places_link){below(12), below(4), 0, below(4), below(THREADS)};
	for (uint32_t i = 0; i < count; i++)
		links[i].wanted = links[(i + 1) % count].held;
	witness_find(all, links, count, &witness);
	exclude_ring(all, links, count, below(2), &why);
	ck_assert_ptr_nonnull(redundant_find(all));
}
END_TEST

/* Without memory there is no answer, and no crash. */
START_TEST(without_memory_nothing_is_said)
{
	for (long left = 0; left < 200; left++) {
		struct failing failing = {.left = left};
		struct exclusion why;
		struct history *all;

		teardown();
		setup();
		arena_fini(&arena);
		arena = test_arena(&failing);
		all = history(MEETING);
		if (!all)
			continue;
		witness_find(all, links, ring("1A 2B"), &witness);
		if (witness.kind == WITNESS_NONE)
			ck_assert_int_eq(witness.obstacle, OBSTACLE_MEMORY);
		ck_assert(!exclude_ring(all, links, 2, true, &why));
		redundant_find(all);
		if (failing.left > 0)
			return;
	}
	ck_abort_msg("200 allocations are not enough");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("witness");
	TCase *tests = tcase_create("witness");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, opposite_orders_have_one);
	tcase_add_test(tests, a_gate_has_none);
	tcase_add_test(tests, readers_of_a_gate_are_let_in_together);
	tcase_add_test(tests, what_is_created_after_the_part_has_none);
	tcase_add_test(tests, what_begins_after_a_join_has_none);
	tcase_add_test(tests, what_waits_for_a_post_has_none);
	tcase_add_test(tests, a_post_before_the_part_is_no_obstacle);
	tcase_add_test(tests, a_section_of_another_lock_that_has_to_be_left_out_is_said);
	tcase_add_test(tests, sections_of_a_lock_keep_their_order);
	tcase_add_test(tests, the_first_place_that_fits_is_found);
	tcase_add_test(tests, another_thread_is_tried);
	tcase_add_test(tests, a_ring_of_three);
	tcase_add_test(tests, one_thread_for_all_links_is_none);
	tcase_add_test(tests, a_link_that_is_not_there);
	tcase_add_test(tests, a_lock_taken_again_is_no_section);
	tcase_add_test(tests, the_order_of_a_lock_that_others_release_is_kept);
	tcase_add_test(tests, threads_that_were_there_at_once_make_it_strong);
	tcase_add_test(tests, without_a_meeting_it_is_plain);
	tcase_add_test(tests, a_meeting_that_leaves_out_other_sections_is_plain);
	tcase_add_test(tests, acquisition_histories_that_exclude_each_other);
	tcase_add_test(tests, a_lock_that_has_to_be_had_first_excludes);
	tcase_add_test(tests, what_is_tried_need_not_be_had);
	tcase_add_test(tests, readers_do_not_exclude_each_other);
	tcase_add_test(tests, what_is_posted_excludes_only_weakly);
	tcase_add_test(tests, what_can_meet_is_not_excluded);
	tcase_add_test(tests, a_lock_always_taken_under_another_is_redundant);
	tcase_add_test(tests, once_without_the_other_is_enough);
	tcase_add_loop_test(tests, damaged_traces, 0, 1000);
	tcase_add_test(tests, without_memory_nothing_is_said);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
