/* test_suppress.c: which findings a line of a suppression file hides. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/build.h"
#include "report/suppress.h"
#include "report/suppress_block.h"

/* A ring: `transfer` in bank.c of libbank holds, `audit` in audit.c of it wants. A misuse: `release` in pool.c of the program. */
static const struct frame held_frames[] = {{.function = "transfer", .file = "/src/bank.c", .line = 3, .module = "/usr/lib/libbank.so"},
					   {.function = "main", .file = "/src/main.c", .line = 9, .module = "/usr/bin/bank"}};
static const struct frame wanted_frames[] = {{.function = "audit", .file = "/src/audit.c", .line = 7, .module = "/usr/lib/libbank.so"}};
static const struct frame misuse_frames[] = {{.function = "release", .file = NULL, .module = "/usr/bin/bank"}};
static const struct stack held = {2, held_frames}, wanted = {1, wanted_frames}, misuse = {1, misuse_frames};
static const struct lock account = {.id = "L1", .name = "account_lock"}, pool = {.id = "L2", .name = "pool_lock"};
static const struct lock *ring_locks[] = {&account}, *misuse_locks[] = {&pool};
static struct link ring_links[] = {{.held = {.lock = &account, .stack = &held}, .wanted = {.lock = &account, .stack = &wanted}}};
static struct labelled_stack misuse_stacks[] = {{.label = "unlocked here", .stack = &misuse}};

static char ring_fingerprint[] = "v1:0123456789abcdef", misuse_fingerprint[] = "v1:fedcba9876543210";
static struct finding list[2];
static struct findings findings;

static void make_findings(void)
{
	list[0] = (struct finding){.rule = RULE_LOCK_ORDER_CYCLE,
				   .level = LEVEL_ERROR,
				   .fingerprint = ring_fingerprint,
				   .locks = ring_locks,
				   .locks_count = 1,
				   .links = ring_links,
				   .links_count = 1};
	list[1] = (struct finding){.rule = RULE_UNLOCK_NOT_LOCKED,
				   .level = LEVEL_ERROR,
				   .fingerprint = misuse_fingerprint,
				   .locks = misuse_locks,
				   .locks_count = 1,
				   .stacks = misuse_stacks,
				   .stacks_count = 1};
	findings = (struct findings){.list = list, .count = 2};
}

static void forget_findings(void)
{
	for (size_t i = 0; i < findings.remarks_count; i++)
		free(findings.remarks[i]);
	free(findings.remarks);
}

static char path[40];

static void remove_file(void)
{
	unlink(path);
}

/* Applies a suppression file of these lines, which is gone afterwards, also when reading it ends the program. Returns 1 for the ring, 2 for the misuse, 3 for both. */
static int hidden_by(const char *lines)
{
	const char *values[] = {path};
	struct options options = {0};
	struct suppressions *suppressions;
	int fd;

	strcpy(path, "/tmp/gridlock-suppress-XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	atexit(remove_file);
	ck_assert_int_eq(write(fd, lines, strlen(lines)), (ssize_t)strlen(lines));
	close(fd);
	options.of[OPTION_SUPPRESSIONS].count = 1;
	options.of[OPTION_SUPPRESSIONS].values = values;
	suppressions = suppressions_read(&options);
	remove_file();
	make_findings();
	suppressions_apply(suppressions, &findings);
	suppressions_free(suppressions);
	return list[0].suppressed + 2 * list[1].suppressed;
}

START_TEST(deadlock_hides_rings_by_function_file_and_module_of_any_frame)
{
	static const char *const lines[] = {"deadlock:transfer", "deadlock:audit.c$", "deadlock:^main$", "deadlock:libbank"};

	ck_assert_int_eq(hidden_by(lines[_i]), 1);
	ck_assert_uint_eq(findings.remarks_count, 0);
}
END_TEST

START_TEST(mutex_hides_everything_else)
{
	ck_assert_int_eq(hidden_by("mutex:release"), 2);
	forget_findings();
	ck_assert_int_eq(hidden_by("mutex:*"), 2);
}
END_TEST

START_TEST(each_type_keeps_to_its_own)
{
	ck_assert_int_eq(hidden_by("deadlock:release"), 0);
	forget_findings();
	ck_assert_int_eq(hidden_by("mutex:transfer"), 0);
}
END_TEST

START_TEST(rules_locks_and_fingerprints_are_named)
{
	ck_assert_int_eq(hidden_by("rule:lock-order-cycle"), 1);
	ck_assert_int_eq(hidden_by("rule:unlock-*"), 2);
	ck_assert_int_eq(hidden_by("lock:^pool"), 2);
	ck_assert_int_eq(hidden_by("lock:_lock$"), 3);
	ck_assert_int_eq(hidden_by("fingerprint:v1:0123456789abcdef"), 1);
	ck_assert_uint_eq(findings.remarks_count, 0);
}
END_TEST

START_TEST(a_rule_is_named_whole)
{
	ck_assert_int_eq(hidden_by("rule:lock-order"), 0);
}
END_TEST

START_TEST(comments_blanks_and_line_ends_do_not_matter)
{
	ck_assert_int_eq(hidden_by("# a comment\r\n\n  \t\n  mutex:release \t\r\n"), 2);
	ck_assert_uint_eq(findings.remarks_count, 0);
}
END_TEST

START_TEST(unused_lines_are_named_by_their_number)
{
	const char *remark;

	ck_assert_int_eq(hidden_by("mutex:release\n# text\nmutex:nobody\n"), 2);
	ck_assert_uint_eq(findings.remarks_count, 1);
	remark = findings.remarks[0];
	ck_assert_ptr_nonnull(strstr(remark, "unused suppression: /tmp/gridlock-suppress-"));
	ck_assert_ptr_nonnull(strstr(remark, ":3: "));
	ck_assert_ptr_nonnull(strstr(remark, "nobody"));
}
END_TEST

START_TEST(lines_for_other_findings_are_ignored_with_one_note)
{
	ck_assert_int_eq(hidden_by("race:transfer\ncalled_from_lib:libbank\nthread:main\n"), 0);
	ck_assert_uint_eq(findings.remarks_count, 1);
	ck_assert_ptr_nonnull(strstr(findings.remarks[0], "3 suppressions are for other tools"));
}
END_TEST

START_TEST(a_block_hides_the_finding_whose_every_stack_it_names)
{
	ck_assert_int_eq(hidden_by("{\n rule:lock-order-cycle\n # text\n\n held\n  fun:transfer\n  fun:main\n wanted\n  fun:audit\n}\n"),
			 1);
	ck_assert_int_eq(hidden_by("{\nrule:unlock-not-locked\nstack:unlocked here\nfun:release\n}\n"), 2);
	ck_assert_uint_eq(findings.remarks_count, 0);
}
END_TEST

START_TEST(ellipses_and_stars_stand_for_frames_and_names)
{
	static const char *const lines[] = {
		"{\nrule:lock-order-cycle\nheld\n...\nfun:main\nwanted\n...\n}\n",
		"{\nrule:lock-order-cycle\nheld\nfun:trans*\n...\nwanted\nfun:*\n...\n}\n",
		"{\nrule:lock-order-cycle\nheld\n...\nfun:transfer\n...\nfun:main\n...\nwanted\nobj:libbank.so\n}\n"};

	ck_assert_int_eq(hidden_by(lines[_i]), 1);
}
END_TEST

START_TEST(a_block_that_differs_in_one_thing_hides_nothing)
{
	static const char *const lines[] = {"{\nrule:cycle-gated\nheld\nfun:transfer\nfun:main\nwanted\nfun:audit\n}\n",
					    "{\nrule:lock-order-cycle\nheld\nfun:transfer\nwanted\nfun:audit\n}\n",
					    "{\nrule:lock-order-cycle\nheld\nfun:transfer\nfun:main\nwanted\nfun:audi\n}\n",
					    "{\nrule:lock-order-cycle\nheld\nfun:transfer\nfun:main\nfun:start\nwanted\nfun:audit\n}\n",
					    "{\nrule:lock-order-cycle\ncause:cancel\nheld\nfun:transfer\nfun:main\nwanted\nfun:audit\n}\n",
					    "{\nrule:lock-order-cycle\nheld\n...\nwanted\n...\nheld\n...\nwanted\n...\n}\n",
					    "{\nrule:unlock-not-locked\nstack:acquired here\nfun:release\n}\n"};

	ck_assert_int_eq(hidden_by(lines[_i]), 0);
	ck_assert_uint_eq(findings.remarks_count, 1);
	ck_assert_uint_eq(findings.unused_suppressions, 1);
}
END_TEST

/* In order from either link, not in any other pairing. */
START_TEST(a_ring_may_begin_at_any_link)
{
	static const struct frame frames[] = {{.function = "a", .module = "m"},
					      {.function = "b", .module = "m"},
					      {.function = "c", .module = "m"},
					      {.function = "d", .module = "m"}};
	static const struct stack stacks[] = {{1, &frames[0]}, {1, &frames[1]}, {1, &frames[2]}, {1, &frames[3]}};
	static const struct {
		const char *functions;
		bool matches;
	} orders[] = {{"abcd", true}, {"cdab", true}, {"adcb", false}, {"abab", false}};
	struct link links[] = {{.held = {.stack = &stacks[0]}, .wanted = {.stack = &stacks[1]}},
			       {.held = {.stack = &stacks[2]}, .wanted = {.stack = &stacks[3]}}};
	struct finding finding = {.rule = RULE_LOCK_ORDER_CYCLE, .links = links, .links_count = 2};

	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		struct block *block = block_new();
		char frame[] = "fun:?";

		ck_assert_ptr_null(block_add(block, "rule:lock-order-cycle"));
		for (size_t j = 0; j < 4; j++) {
			frame[4] = orders[i].functions[j];
			ck_assert_ptr_null(block_add(block, j % 2 ? "wanted" : "held"));
			ck_assert_ptr_null(block_add(block, frame));
		}
		ck_assert_ptr_null(block_wrong(block));
		ck_assert_int_eq(block_matches(block, &finding), orders[i].matches);
		block_free(block);
	}
}
END_TEST

static char *written(size_t number)
{
	char *text;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	make_findings();
	block_write(stream, &list[number]);
	fclose(stream);
	return text;
}

START_TEST(what_is_written_is_the_block_that_hides_it)
{
	char *ring = written(0), *other = written(1);

	ck_assert_str_eq(ring, "{\n  rule:lock-order-cycle\n  held\n    fun:transfer\n    fun:main\n  wanted\n    fun:audit\n}\n");
	ck_assert_int_eq(hidden_by(ring), 1);
	ck_assert_int_eq(hidden_by(other), 2);
	free(ring);
	free(other);
}
END_TEST

/* No UTF-8, a line break, a switch of direction; and what is text. */
START_TEST(what_cannot_be_copied_is_a_star_in_what_is_written)
{
	static const struct frame frame = {.function = "a\xff\n\xe2\x80\xae"
						       "b\xc3\xa9",
					   .module = "m"};
	static const struct stack stack = {1, &frame};
	static struct labelled_stack labelled[] = {{.label = "unlocked here", .stack = &stack}};
	struct finding finding = {.rule = RULE_UNLOCK_NOT_LOCKED, .stacks = labelled, .stacks_count = 1};
	struct block *block = block_new();
	char *text;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	block_write(stream, &finding);
	fclose(stream);
	ck_assert_str_eq(text, "{\n  rule:unlock-not-locked\n  stack:unlocked here\n    fun:a***b\xc3\xa9\n}\n");
	free(text);
	ck_assert_ptr_null(block_add(block, "rule:unlock-not-locked"));
	ck_assert_ptr_null(block_add(block, "stack:unlocked here"));
	ck_assert_ptr_null(block_add(block, "fun:a***b\xc3\xa9"));
	ck_assert(block_matches(block, &finding));
	block_free(block);
}
END_TEST

START_TEST(a_malformed_line_ends_with_125)
{
	static const char *const lines[] = {"nonsense",
					    "deadlock:",
					    "unknown:x",
					    "fingerprint:v2:0123456789abcdef",
					    "fingerprint:v1:123",
					    "{\nheld\n...\nwanted\n...\n}",
					    "{\nrule:lock-order-cycle\n}",
					    "{\nrule:none\n}",
					    "{\nrule:lock-order-cycle\nfun:x\n}",
					    "{\nrule:lock-order-cycle\nheld\n...\n}",
					    "{\nrule:lock-order-cycle\nheld\n...\nwanted\n...\n",
					    "{\nnonsense\n}"};

	hidden_by(lines[_i]);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("suppress");
	TCase *tests = tcase_create("suppress");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tests, NULL, forget_findings);
	tcase_add_loop_test(tests, deadlock_hides_rings_by_function_file_and_module_of_any_frame, 0, 4);
	tcase_add_test(tests, mutex_hides_everything_else);
	tcase_add_test(tests, each_type_keeps_to_its_own);
	tcase_add_test(tests, rules_locks_and_fingerprints_are_named);
	tcase_add_test(tests, a_rule_is_named_whole);
	tcase_add_test(tests, comments_blanks_and_line_ends_do_not_matter);
	tcase_add_test(tests, unused_lines_are_named_by_their_number);
	tcase_add_test(tests, lines_for_other_findings_are_ignored_with_one_note);
	tcase_add_test(tests, a_block_hides_the_finding_whose_every_stack_it_names);
	tcase_add_loop_test(tests, ellipses_and_stars_stand_for_frames_and_names, 0, 3);
	tcase_add_loop_test(tests, a_block_that_differs_in_one_thing_hides_nothing, 0, 7);
	tcase_add_test(tests, a_ring_may_begin_at_any_link);
	tcase_add_test(tests, what_is_written_is_the_block_that_hides_it);
	tcase_add_test(tests, what_cannot_be_copied_is_a_star_in_what_is_written);
	tcase_add_loop_exit_test(tests, a_malformed_line_ends_with_125, 125, 0, 12);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
