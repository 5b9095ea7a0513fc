/* test_clock.c: vector clocks of segments against a naive map of (thread, weak) to the last segment, after every random step; what is pruned;
 * every allocation failed once. */
#include <check.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "graph/clock.h"
#include "memory.h"

#define CLOCKS	4
#define THREADS 40

static struct arena arena;
static struct clock clocks[CLOCKS];
static struct fact_before model[CLOCKS][THREADS][2]; /* [1]: weak; segment 0: there is none */

static void setup(void)
{
	arena = test_arena(NULL);
	memset(clocks, 0, sizeof(clocks));
	memset(model, 0, sizeof(model));
}

static void teardown(void)
{
	arena_fini(&arena);
}

/* ---- the model: what the header promises, in its words ---- */

static void model_set(int clock, struct fact_before before)
{
	struct fact_before *entry = &model[clock][before.thread][EVENT_IS_WEAK(before.event)];

	if (entry->segment < before.segment)
		*entry = before;
}

static void model_merge(int clock, int other, bool weakly, uint32_t event, uint32_t stack)
{
	for (int thread = 0; thread < THREADS; thread++) {
		struct fact_before strong = model[other][thread][0], weak = model[other][thread][1];

		if (weakly && strong.segment) {
			strong.event = event;
			strong.stack = stack;
		}
		/* Weakened, both say the same kind of thing: the one that reaches further counts, of equals what was known first. */
		model_set(clock, strong);
		if (weak.segment > model[other][thread][0].segment)
			model_set(clock, weak);
	}
}

static bool same(const struct fact_before *a, const struct fact_before *b)
{
	return a->thread == b->thread && a->segment == b->segment && a->event == b->event && a->stack == b->stack;
}

/* Is the entry at *at that of the model, if the model says something there at all? */
static bool agrees(const struct clock *clock, uint32_t *at, const struct fact_before *entry, uint32_t beyond)
{
	if (entry->segment <= beyond)
		return true;
	return *at < clock->count && same(&clock->before[(*at)++], entry);
}

/* Each entry of the model that says something, and nothing else, sorted; a weak one only where it reaches further. */
static bool agree(int clock)
{
	uint32_t at = 0;

	for (int thread = 0; thread < THREADS; thread++) {
		const struct fact_before *entries = model[clock][thread];

		if (!agrees(&clocks[clock], &at, &entries[0], 0) || !agrees(&clocks[clock], &at, &entries[1], entries[0].segment))
			return false;
	}
	return at == clocks[clock].count;
}

static struct fact_before random_entry(unsigned *seed)
{
	return (struct fact_before){.thread = (uint32_t)rand_r(seed) % THREADS,
				    .segment = 1 + (uint32_t)rand_r(seed) % 12,
				    .event = (uint32_t)rand_r(seed) % (EVENT_ONCE + 1),
				    .stack = (uint32_t)rand_r(seed) % 1000};
}

static void random_step(unsigned *seed)
{
	int clock = rand_r(seed) % CLOCKS, other = rand_r(seed) % CLOCKS;
	struct fact_before before = random_entry(seed);

	switch (rand_r(seed) % 40) {
	case 0:
		clock_free(&clocks[clock], &arena);
		memset(model[clock], 0, sizeof(model[clock]));
		break;
	case 1:
		ck_assert(clock_merge(&clocks[clock], &clocks[other], &arena));
		model_merge(clock, other, false, 0, 0);
		break;
	case 2:
		before.event = EVENT_SEMAPHORE + before.event % 3;
		ck_assert(clock_merge_weakly(&clocks[clock], &clocks[other], before.event, before.stack, &arena));
		model_merge(clock, other, true, before.event, before.stack);
		break;
	default:
		ck_assert(clock_set(&clocks[clock], before, &arena));
		model_set(clock, before);
	}
	ck_assert(agree(clock));
}

START_TEST(random_operations_agree_with_a_map)
{
	unsigned seed = (unsigned)time(NULL) * 31 + (unsigned)_i;

	printf("clock model: seed %u\n", seed);
	fflush(stdout); /* a test that fails does not */
	for (int step = 0; step < 20000; step++)
		random_step(&seed);
}
END_TEST

/* ---- one by one ---- */

static bool set(int clock, uint32_t thread, uint32_t segment, enum order_event event)
{
	return clock_set(&clocks[clock], (struct fact_before){.thread = thread, .segment = segment, .event = event}, &arena);
}

static void holds(int clock, uint32_t at, uint32_t thread, uint32_t segment, enum order_event event)
{
	const struct fact_before *entry = &clocks[clock].before[at];

	ck_assert_uint_lt(at, clocks[clock].count);
	ck_assert_uint_eq(entry->thread, thread);
	ck_assert_uint_eq(entry->segment, segment);
	ck_assert_uint_eq(entry->event, event);
}

START_TEST(clocks_keep_the_last_segment_of_each_thread)
{
	struct clock one = {0}, other = {0};

	for (uint32_t thread = 40; thread-- > 1;)
		ck_assert(clock_set(&one, (struct fact_before){.thread = thread, .segment = thread}, &arena));
	clock_set(&one, (struct fact_before){.thread = 7, .segment = 3}, &arena);
	clock_set(&other, (struct fact_before){.thread = 7, .segment = 9, .event = EVENT_JOIN}, &arena);
	clock_set(&other, (struct fact_before){.thread = 50, .segment = 1}, &arena);
	ck_assert(clock_merge(&one, &other, &arena));
	ck_assert_uint_eq(one.count, 40);
	for (uint32_t i = 1; i < one.count; i++)
		ck_assert_uint_lt(one.before[i - 1].thread, one.before[i].thread);
	ck_assert_uint_eq(one.before[6].thread, 7);
	ck_assert_uint_eq(one.before[6].segment, 9);
	ck_assert_uint_eq(one.before[6].event, EVENT_JOIN);
	clock_free(&one, &arena);
	clock_free(&other, &arena);
}
END_TEST

START_TEST(a_weak_entry_hides_no_strong_one)
{
	set(0, 7, 3, EVENT_JOIN);
	set(0, 7, 9, EVENT_SEMAPHORE);
	ck_assert_uint_eq(clocks[0].count, 2);
	holds(0, 0, 7, 3, EVENT_JOIN);
	holds(0, 1, 7, 9, EVENT_SEMAPHORE);
	set(0, 7, 5, EVENT_JOIN);
	holds(0, 0, 7, 5, EVENT_JOIN);
	holds(0, 1, 7, 9, EVENT_SEMAPHORE);
}
END_TEST

START_TEST(a_weak_entry_that_tells_no_more_is_none)
{
	set(0, 7, 3, EVENT_JOIN);
	set(0, 7, 3, EVENT_SEMAPHORE);
	set(0, 7, 2, EVENT_CONDITION);
	ck_assert_uint_eq(clocks[0].count, 1);
	set(0, 8, 2, EVENT_ONCE);
	set(0, 8, 2, EVENT_CREATE);
	ck_assert_uint_eq(clocks[0].count, 2);
	holds(0, 1, 8, 2, EVENT_CREATE);
}
END_TEST

START_TEST(what_a_weak_event_carries_is_weak_and_named_after_it)
{
	set(0, 1, 4, EVENT_JOIN);
	set(0, 2, 6, EVENT_CONDITION);
	ck_assert(clock_merge_weakly(&clocks[1], &clocks[0], EVENT_SEMAPHORE, 77, &arena));
	ck_assert_uint_eq(clocks[1].count, 2);
	holds(1, 0, 1, 4, EVENT_SEMAPHORE);
	ck_assert_uint_eq(clocks[1].before[0].stack, 77);
	holds(1, 1, 2, 6, EVENT_CONDITION);
}
END_TEST

START_TEST(what_was_weak_once_no_strong_event_makes_strong)
{
	set(0, 1, 4, EVENT_SEMAPHORE);
	ck_assert(clock_merge(&clocks[1], &clocks[0], &arena));
	holds(1, 0, 1, 4, EVENT_SEMAPHORE);
}
END_TEST

START_TEST(news_by_a_weak_event_takes_nothing_from_what_is_known_strongly)
{
	set(0, 1, 9, EVENT_JOIN);
	set(1, 1, 4, EVENT_CREATE);
	ck_assert(clock_merge_weakly(&clocks[1], &clocks[0], EVENT_SEMAPHORE, 0, &arena));
	holds(1, 0, 1, 4, EVENT_CREATE);
	holds(1, 1, 1, 9, EVENT_SEMAPHORE);
	ck_assert(clock_merge(&clocks[1], &clocks[0], &arena));
	ck_assert_uint_eq(clocks[1].count, 1);
	holds(1, 0, 1, 9, EVENT_JOIN);
}
END_TEST

/* ---- pruning ---- */

static unsigned asked;

static bool keep_even(void *ctx, uint32_t thread)
{
	ck_assert_ptr_eq(ctx, &asked);
	asked++;
	return thread % 2 == 0;
}

START_TEST(pruning_forgets_whom_nobody_wants_and_keeps_the_others)
{
	for (uint32_t thread = 1; thread <= 200; thread++) {
		set(0, thread, thread, EVENT_JOIN);
		set(0, thread, thread + 1, EVENT_SEMAPHORE);
	}
	clock_prune(&clocks[0], keep_even, &asked);
	ck_assert_uint_eq(clocks[0].count, 200);
	for (uint32_t i = 0; i < 100; i++) {
		holds(0, 2 * i, 2 * i + 2, 2 * i + 2, EVENT_JOIN);
		holds(0, 2 * i + 1, 2 * i + 2, 2 * i + 3, EVENT_SEMAPHORE);
	}
}
END_TEST

START_TEST(a_short_clock_is_left_alone)
{
	for (uint32_t thread = 1; thread <= 63; thread++)
		set(0, thread, 1, EVENT_JOIN);
	clock_prune(&clocks[0], keep_even, &asked);
	ck_assert_uint_eq(clocks[0].count, 63);
	set(0, 64, 1, EVENT_JOIN);
	clock_prune(&clocks[0], keep_even, &asked);
	ck_assert_uint_eq(clocks[0].count, 32);
}
END_TEST

static bool keep_few(void *ctx, uint32_t thread)
{
	(void)ctx;
	asked++;
	return thread <= 40;
}

START_TEST(a_hundred_thousand_threads_that_nobody_wants_leave_a_short_clock)
{
	uint32_t longest = 0;

	asked = 0;
	for (uint32_t thread = 1; thread <= 100000; thread++) {
		set(0, thread, 1, EVENT_JOIN);
		clock_prune(&clocks[0], keep_few, NULL);
		longest = clocks[0].count > longest ? clocks[0].count : longest;
	}
	/* At 80 it is pruned. */
	ck_assert_uint_eq(longest, 79);
	/* Of 80 asked about each time 40 go: two questions for each that came. */
	ck_assert_uint_le(asked, 2 * 100000);
	ck_assert_uint_le(clocks[0].room, 128);
}
END_TEST

/* ---- memory ---- */

START_TEST(memory_comes_back)
{
	size_t bytes = 0;

	for (int round = 0; round < 1000; round++) {
		for (uint32_t thread = 1; thread < 500; thread++)
			set(0, thread, 1, EVENT_JOIN);
		clock_free(&clocks[0], &arena);
		ck_assert_uint_eq(clocks[0].count + clocks[0].room, 0);
		bytes = bytes ? bytes : arena.bytes;
	}
	ck_assert_uint_eq(arena.bytes, bytes);
}
END_TEST

static bool in_order(const struct clock *clock)
{
	for (uint32_t i = 1; i < clock->count; i++)
		if (clock->before[i - 1].thread >= clock->before[i].thread)
			return false;
	return true;
}

/* Sets and merges; returns whether all of it found memory. What did not is not there, what did is, and in order. */
static bool live(struct failing *failing)
{
	bool whole = true;

	teardown();
	setup();
	arena = test_arena(failing);
	for (uint32_t i = 1; i < 2000; i++) {
		bool found = set(0, i * 7919 % 2003, 1 + i % 5, i % 3 ? EVENT_JOIN : EVENT_SEMAPHORE);

		whole &= found;
		if (!found)
			ck_assert_uint_eq(clocks[0].count, clocks[0].room);
	}
	whole &= clock_merge(&clocks[1], &clocks[0], &arena);
	whole &= clock_merge_weakly(&clocks[2], &clocks[0], EVENT_CONDITION, 1, &arena);
	ck_assert(in_order(&clocks[0]) && in_order(&clocks[1]) && in_order(&clocks[2]));
	ck_assert(!whole || (clocks[1].count == clocks[0].count && clocks[2].count == clocks[0].count));
	return whole;
}

START_TEST(every_allocation_may_fail)
{
	long calls = 0;

	for (struct failing failing = {0}; !live(&failing); failing.left = ++calls)
		;
	ck_assert_int_gt(calls, 3);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("clock");
	TCase *tests = tcase_create("clock");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tests, 120);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_loop_test(tests, random_operations_agree_with_a_map, 0, 3);
	tcase_add_test(tests, clocks_keep_the_last_segment_of_each_thread);
	tcase_add_test(tests, a_weak_entry_hides_no_strong_one);
	tcase_add_test(tests, a_weak_entry_that_tells_no_more_is_none);
	tcase_add_test(tests, what_a_weak_event_carries_is_weak_and_named_after_it);
	tcase_add_test(tests, what_was_weak_once_no_strong_event_makes_strong);
	tcase_add_test(tests, news_by_a_weak_event_takes_nothing_from_what_is_known_strongly);
	tcase_add_test(tests, pruning_forgets_whom_nobody_wants_and_keeps_the_others);
	tcase_add_test(tests, a_short_clock_is_left_alone);
	tcase_add_test(tests, a_hundred_thousand_threads_that_nobody_wants_leave_a_short_clock);
	tcase_add_test(tests, memory_comes_back);
	tcase_add_test(tests, every_allocation_may_fail);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
