/* test_sequence.c: the sequence against an array. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "graph/sequence.h"

#define MANY 100000
#define FEW  200

static struct place places[MANY + 1];
static struct sequence sequence;

static void begin(void)
{
	memset(places, 0, sizeof(places));
	sequence = (struct sequence){.places = places};
}

/* The model: numbers in their order. */
static uint32_t model[FEW];
static uint32_t model_count;

static void model_add(uint32_t number, uint32_t at)
{
	memmove(&model[at + 1], &model[at], (model_count++ - at) * sizeof(*model));
	model[at] = number;
	sequence_add(&sequence, number, at ? model[at - 1] : 0);
}

static void model_remove(uint32_t at)
{
	sequence_remove(&sequence, model[at]);
	memmove(&model[at], &model[at + 1], (--model_count - at) * sizeof(*model));
}

static bool agrees(void)
{
	bool same = sequence_before(&sequence, 0) == (model_count ? model[model_count - 1] : 0);

	for (uint32_t i = 0; i < model_count; i++)
		same &= sequence_before(&sequence, model[i]) == (i ? model[i - 1] : 0);
	for (uint32_t i = 1; i < model_count; i++)
		same &= sequence_precedes(&sequence, model[i - 1], model[i]);
	return same;
}

static bool labels_grow(void)
{
	bool grow = true;

	for (uint32_t i = sequence_before(&sequence, 0), before = sequence_before(&sequence, i); before;
	     i = before, before = sequence_before(&sequence, i))
		grow &= sequence_precedes(&sequence, before, i);
	return grow;
}

/* `crowded`: most are put at one place, at its beginning or end when that is in the first or last quarter. */
START_TEST(random_operations_agree_with_an_array)
{
	unsigned seed = (unsigned)time(NULL) * 31 + (unsigned)_i;

	printf("sequence model: seed %u\n", seed);
	fflush(stdout);
	for (int round = 0; round < 20; round++) {
		uint32_t crowded = (uint32_t)rand_r(&seed) % 4, free[FEW], free_count = 0;

		begin();
		model_count = 0;
		for (uint32_t i = 0; i < FEW; i++)
			free[free_count++] = FEW - i;
		for (int step = 0; step < 2000; step++) {
			uint32_t at = model_count ? (uint32_t)rand_r(&seed) % model_count : 0;

			if (rand_r(&seed) % 4)
				at = crowded * model_count / 3;
			if (free_count && rand_r(&seed) % 3) {
				model_add(free[--free_count], at);
			} else if (model_count) {
				at = at < model_count ? at : model_count - 1;
				free[free_count++] = model[at];
				model_remove(at);
			}
			ck_assert(agrees());
		}
	}
}
END_TEST

enum where { FIRST, LAST, BEHIND_ONE, BEFORE_ONE, BETWEEN_THE_LAST_TWO };

static uint32_t place_for(enum where where, uint32_t number)
{
	switch (where) {
	case FIRST:
		return 0;
	case LAST:
		return sequence_before(&sequence, 0);
	case BEHIND_ONE:
		return 1;
	case BEFORE_ONE:
		return sequence_before(&sequence, 2);
	default:
		return number - 1 - number % 2; /* now behind, now before the one that was put last */
	}
}

/* A hundred thousand, always at one place: each costs the logarithm of their number, 17, and at the ends nothing but itself. */
START_TEST(many_at_one_place_are_moved_seldom)
{
	begin();
	sequence_add(&sequence, 1, 0);
	sequence_add(&sequence, 2, 1);
	for (uint32_t number = 3; number <= MANY; number++)
		sequence_add(&sequence, number, place_for((enum where)_i, number));
	ck_assert_uint_ge(sequence.moved, MANY);
	ck_assert_uint_le(sequence.moved, _i <= LAST ? MANY : 17 * 2 * MANY);
	ck_assert(labels_grow());
}
END_TEST

/* What is added last and what was added first goes, for years: the labels come to their end. */
START_TEST(labels_that_are_used_up_are_given_anew)
{
	begin();
	sequence_add(&sequence, 1, 0);
	places[1].label = UINT64_MAX - 2;
	for (uint32_t number = 2; number <= 1000; number++) {
		sequence_add(&sequence, number, number - 1);
		ck_assert(sequence_precedes(&sequence, number - 1, number));
	}
	begin();
	sequence_add(&sequence, 1, 0);
	places[1].label = 1;
	for (uint32_t number = 2; number <= 1000; number++) {
		sequence_add(&sequence, number, 0);
		ck_assert(sequence_precedes(&sequence, number, number - 1));
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sequence");
	TCase *tests = tcase_create("sequence");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tests, 120);
	tcase_add_loop_test(tests, random_operations_agree_with_an_array, 0, 3);
	tcase_add_loop_test(tests, many_at_one_place_are_moved_seldom, FIRST, BETWEEN_THE_LAST_TWO + 1);
	tcase_add_test(tests, labels_that_are_used_up_are_given_anew);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
