/* test_told.c: what is told already, against a naive model: a look at every finding of the list, first to last. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "memory.h"
#include "report/told.h"

#define FINDINGS 400
#define LINKS	 3
#define CHOICES	 3 /* locks, places, modules, labels ... there are */

static unsigned seed;
static struct frame frames[CHOICES * 2];
static struct stack stacks[CHOICES * 2];
static struct lock locks[CHOICES];
static const char *const labels[CHOICES] = {"acquired here", "unlocked here", "freed here"};
static const char *const causes[CHOICES] = {NULL, "return", "cancel"};

static unsigned below(unsigned limit)
{
	return (unsigned)rand_r(&seed) % limit;
}

static void make_places(void)
{
	for (size_t i = 0; i < CHOICES * 2; i++) {
		frames[i] = (struct frame){.function = "f", .module = i % 2 ? "/bin/one" : "/bin/other", .offset = i / 2};
		stacks[i] = (struct stack){1, &frames[i]};
	}
	for (size_t i = 0; i < CHOICES; i++)
		locks[i] = (struct lock){.kin = i};
}

/* Now and then there is none. */
static const struct stack *any_stack(void)
{
	return below(8) ? &stacks[below(CHOICES * 2)] : NULL;
}

static struct acquisition any_acquisition(void)
{
	return (struct acquisition){.lock = &locks[below(CHOICES)], .stack = below(4) ? &stacks[0] : any_stack()};
}

/* ---- the model ---- */

static bool same_frame(const struct stack *a, const struct stack *b)
{
	return a && b ? a->frames[0].offset == b->frames[0].offset && strcmp(a->frames[0].module, b->frames[0].module) == 0 : a == b;
}

static bool same_place(const struct acquisition *a, const struct acquisition *b, bool and_lock)
{
	return same_frame(a->stack, b->stack) && (!and_lock || a->lock->kin == b->lock->kin);
}

static bool same_links(const struct finding *a, const struct finding *b, bool and_lock)
{
	size_t count = a->links_count, same = 0;

	for (size_t shift = 0; shift < count && same < count && count == b->links_count; shift++)
		for (same = 0; same < count; same++)
			if (!same_place(&a->links[(same + shift) % count].held, &b->links[same].held, and_lock) ||
			    !same_place(&a->links[(same + shift) % count].wanted, &b->links[same].wanted, and_lock))
				break;
	return count && count == b->links_count && same == count;
}

static bool same_locks(const struct finding *a, const struct finding *b)
{
	size_t count = a->locks_count, same = 0;

	for (size_t shift = 0; shift < count && same < count && count == b->locks_count; shift++)
		for (same = 0; same < count; same++)
			if (a->locks[(same + shift) % count]->kin != b->locks[same]->kin)
				break;
	return count == b->locks_count && same == count;
}

static bool same_locations(const struct finding *a, const struct finding *b)
{
	bool same = a->rule == b->rule && a->cause == b->cause && a->links_count == b->links_count && a->stacks_count == b->stacks_count;

	if (same && a->links_count)
		same = same_links(a, b, true);
	else if (same && a->locks_count && b->locks_count)
		same = a->locks[0]->kin == b->locks[0]->kin;
	for (size_t i = 0; same && i < a->stacks_count; i++)
		same = a->stacks[i].label == b->stacks[i].label && same_frame(a->stacks[i].stack, b->stacks[i].stack);
	return same;
}

static bool tells(const struct finding *known, const struct finding *finding)
{
	if (finding->rule == RULE_CYCLE_BY_CLASS && known->rule != RULE_CYCLE_BY_CLASS && same_links(known, finding, false))
		return true;
	if (finding->rule == RULE_CYCLE_EXCLUDED && known->rule == RULE_LOCK_ORDER_CYCLE && same_locks(known, finding))
		return true;
	return same_locations(known, finding);
}

static size_t naive_find(const struct findings *findings, const struct finding *finding)
{
	size_t place = 0;

	while (place < findings->count && !tells(&findings->list[place], finding))
		place++;
	return place;
}

/* ---- random findings ---- */

static struct finding any_cycle(struct builder *builder)
{
	static const int rules_of[] = {RULE_LOCK_ORDER_CYCLE, RULE_CYCLE_EXCLUDED, RULE_CYCLE_BY_CLASS, RULE_CYCLE_GATED};
	struct finding finding = {.rule = rules_of[below(4)], .links_count = 1 + below(LINKS)};

	finding.locks_count = finding.links_count;
	finding.links = build_alloc(builder, LINKS * sizeof(*finding.links));
	finding.locks = build_alloc(builder, LINKS * sizeof(*finding.locks));
	for (size_t i = 0; i < finding.links_count; i++) {
		finding.links[i] = (struct link){.held = any_acquisition(), .wanted = any_acquisition()};
		finding.locks[i] = finding.links[i].held.lock;
	}
	return finding;
}

static struct finding any_misuse(struct builder *builder)
{
	struct finding finding = {.rule = RULE_UNLOCK_NOT_LOCKED + (int)below(2), .stacks_count = below(3), .locks_count = below(4) != 0};

	finding.cause = causes[below(CHOICES)];
	finding.locks = build_alloc(builder, sizeof(*finding.locks));
	finding.locks[0] = &locks[below(CHOICES)];
	finding.stacks = build_alloc(builder, 2 * sizeof(*finding.stacks));
	for (size_t i = 0; i < finding.stacks_count; i++)
		finding.stacks[i] = (struct labelled_stack){.label = labels[below(CHOICES)], .stack = any_stack()};
	return finding;
}

static struct builder builder_of(struct findings *findings)
{
	struct builder builder = {.arena = test_arena(NULL), .findings = findings};

	return builder;
}

START_TEST(what_is_told_is_what_a_look_at_all_finds)
{
	unsigned told = 0, better = 0;

	seed = (unsigned)time(NULL) * 31 + (unsigned)_i;
	printf("told model: seed %u\n", seed);
	fflush(stdout);
	make_places();
	for (int round = 0; round < 20; round++) {
		struct finding list[FINDINGS];
		struct findings findings = {.list = list};
		struct builder builder = builder_of(&findings);

		for (int i = 0; i < FINDINGS; i++) {
			struct finding finding = below(2) ? any_cycle(&builder) : any_misuse(&builder);
			size_t place = told_find(&builder, &finding);

			ck_assert_uint_eq(place, naive_find(&findings, &finding));
			told += place < findings.count;
			better += place < findings.count && list[place].rule != finding.rule;
			if (place < findings.count)
				continue;
			list[findings.count++] = finding;
			told_add(&builder, place);
		}
		arena_fini(&builder.arena);
	}
	/* Both ways are taken. */
	ck_assert_uint_gt(told, 1000);
	ck_assert_uint_gt(better, 100);
}
END_TEST

#define MANY 100000

/* Where each is compared with all before it this takes minutes. */
START_TEST(a_hundred_thousand_are_no_trouble)
{
	static struct finding list[2 * MANY];
	static struct lock many_locks[MANY];
	static struct labelled_stack here, many_stacks[MANY];
	static struct frame many_frames[MANY];
	static struct stack many[MANY];
	struct findings findings = {.list = list};
	struct builder builder = builder_of(&findings);

	make_places();
	here = (struct labelled_stack){.label = labels[0], .stack = &stacks[0]};
	for (size_t i = 0; i < MANY; i++) {
		const struct lock **lock = build_alloc(&builder, sizeof(*lock));
		/* One lock at a place of its own, one of many at one place. */
		struct finding own = {.rule = RULE_LOCK_LEAKED, .stacks_count = 1, .stacks = &many_stacks[i]},
			       other = {.rule = RULE_FREED_LOCKED, .stacks_count = 1, .stacks = &here};

		*lock = &many_locks[i];
		many_locks[i].kin = i;
		many_frames[i] = (struct frame){.function = "f", .module = "/bin/one", .offset = i};
		many[i] = (struct stack){1, &many_frames[i]};
		many_stacks[i] = (struct labelled_stack){.label = labels[0], .stack = &many[i]};
		own.locks = other.locks = lock;
		own.locks_count = other.locks_count = 1;
		for (int of = 0; of < 2; of++) {
			ck_assert_uint_eq(told_find(&builder, of ? &other : &own), findings.count);
			list[findings.count++] = of ? other : own;
			told_add(&builder, findings.count - 1);
		}
	}
	for (size_t i = 0; i < 2 * MANY; i++)
		ck_assert_uint_eq(told_find(&builder, &list[i]), i);
	arena_fini(&builder.arena);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("told");
	TCase *tests = tcase_create("told");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, what_is_told_is_what_a_look_at_all_finds, 0, 3);
	tcase_add_test(tests, a_hundred_thousand_are_no_trouble);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
