/* test_command.c: options and suppressions. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/nearest.h"
#include "report/options.h"
#include "report/output.h"
#include "report/suppress.h"

static struct options options;
static bool dashes;

/* Reads a command line of up to 7 words; returns the number of operands. */
static int reads(char *words[8], const char *variable, bool program)
{
	int count = 0;

	while (words[count])
		count++;
	memset(&options, 0, sizeof(options));
	return options_read(&options, count, words, variable, program, &dashes);
}
#define WORDS(...) ((char *[8]){(char[]){"gridlock"}, __VA_ARGS__})

static void forget(void)
{
	options_free(&options);
}

START_TEST(options_end_at_the_program)
{
	char **words = WORDS((char[]){"--fail-on=note"}, (char[]){"ls"}, (char[]){"--color=never"});

	ck_assert_int_eq(reads(words, NULL, true), 2);
	ck_assert_str_eq(words[1], "ls");
	ck_assert_str_eq(words[2], "--color=never");
	ck_assert_str_eq(option_string(&options, OPTION_FAIL_ON), "note");
	ck_assert_str_eq(option_string(&options, OPTION_COLOR), "auto");
	ck_assert(!dashes);
}
END_TEST

START_TEST(two_dashes_before_the_program_are_seen)
{
	ck_assert_int_eq(reads(WORDS((char[]){"--"}, (char[]){"report"}), NULL, true), 1);
	ck_assert(dashes);
}
END_TEST

START_TEST(the_command_line_wins_over_the_variable)
{
	reads(WORDS((char[]){"--log-path=a"}, (char[]){"ls"}), "log_path=b error-exitcode=7", true);
	ck_assert_str_eq(option_string(&options, OPTION_LOG_PATH), "a");
	ck_assert_int_eq(option_number(&options, OPTION_ERROR_EXITCODE), 7);
}
END_TEST

START_TEST(quotes_protect_in_the_variable_and_lists_add_up)
{
	reads(WORDS((char[]){"-o"}, (char[]){"json:c"}, (char[]){"ls"}), "output='text:a b',output=\"json:x,y\"", true);
	ck_assert_uint_eq(options.of[OPTION_OUTPUT].count, 3);
	ck_assert_str_eq(options.of[OPTION_OUTPUT].values[0], "text:a b");
	ck_assert_str_eq(options.of[OPTION_OUTPUT].values[1], "json:x,y");
	ck_assert_str_eq(options.of[OPTION_OUTPUT].values[2], "json:c");
}
END_TEST

START_TEST(other_tools_names_work)
{
	reads(WORDS((char[]){"--log-file=a"}, (char[]){"--error_exitcode=3"}, (char[]){"ls"}), "halt_on_error=0", true);
	ck_assert_str_eq(option_string(&options, OPTION_LOG_PATH), "a");
	ck_assert_int_eq(option_number(&options, OPTION_ERROR_EXITCODE), 3);
	ck_assert_str_eq(option_string(&options, OPTION_ON_DEADLOCK), "report");
}
END_TEST

START_TEST(the_recording_of_a_launcher_above_is_not_ours)
{
	reads(WORDS((char[]){"ls"}), "record=/a launched=1 fail-on=note", true);
	ck_assert_str_eq(option_string(&options, OPTION_RECORD), "");
	ck_assert_str_eq(option_string(&options, OPTION_FAIL_ON), "note");
	forget();
	reads(WORDS((char[]){"--record=/b"}, (char[]){"ls"}), "record=/a launched=1", true);
	ck_assert_str_eq(option_string(&options, OPTION_RECORD), "/b");
	forget();
	reads(WORDS((char[]){"ls"}), "record=/a", true);
	ck_assert_str_eq(option_string(&options, OPTION_RECORD), "/a");
}
END_TEST

START_TEST(a_quote_left_open_is_found)
{
	ck_assert_int_eq(options_open_quote("a=\"b"), '"');
	ck_assert_int_eq(options_open_quote("a='b\""), '\'');
	ck_assert_int_eq(options_open_quote("a='b\"' c=\"it's\""), '\0');
	ck_assert_int_eq(options_open_quote(""), '\0');
}
END_TEST

START_TEST(a_misspelt_option_ends_with_125)
{
	reads(WORDS((char[]){"--fial-on=note"}, (char[]){"ls"}), NULL, true);
}
END_TEST

START_TEST(a_level_of_an_unknown_rule_ends_with_125)
{
	reads(WORDS((char[]){"--level=lock-order-cycel=note"}, (char[]){"ls"}), NULL, true);
}
END_TEST

START_TEST(patterns_match_as_threadsanitizer_s_do)
{
	ck_assert(suppression_matches("lock", "my_lock_function"));
	ck_assert(!suppression_matches("^lock", "my_lock_function"));
	ck_assert(suppression_matches("^my*function$", "my_lock_function"));
	ck_assert(!suppression_matches("lock$", "my_lock_function"));
	ck_assert(suppression_matches("function$", "my_lock_function"));
	ck_assert(suppression_matches("m*k*n", "my_lock_function"));
	ck_assert(!suppression_matches("x*y", "my_lock_function"));
	ck_assert(suppression_matches("*", ""));
}
END_TEST

START_TEST(suggestions_are_near_or_none)
{
	static const char *const names[] = {"lock-order-cycle", "self-deadlock"};

	ck_assert_str_eq(nearest_name("lock-order-cylce", names, 2), "lock-order-cycle");
	ck_assert_ptr_null(nearest_name("banana", names, 2));
}
END_TEST

static void is_name(const char *template, const char *expected)
{
	char *name = output_name(template, "/usr/bin/bank", 7);

	ck_assert_str_eq(name, expected);
	free(name);
}

START_TEST(a_template_names_a_file)
{
	char pid[32];

	setenv("RUN", "nightly", 1);
	unsetenv("NOTHING");
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	is_name("plain", "plain");
	is_name("%p", pid);
	is_name("/tmp/%e.%n.%%.log", "/tmp/bank.7.%.log");
	is_name("%q{RUN}-%q{NOTHING}-", "nightly--");
}
END_TEST

START_TEST(a_template_counts_when_it_says_so)
{
	ck_assert(output_counts("%p.%n"));
	ck_assert(!output_counts("%%n"));
	ck_assert(!output_counts("plain"));
	/* What lies behind the end is none of it. */
	ck_assert(!output_counts("50%\0%n"));
}
END_TEST

START_TEST(a_template_that_ends_in_a_percent_sign_ends_with_125)
{
	output_name("50%", "bank", 0);
}
END_TEST

START_TEST(a_variable_without_its_brace_ends_with_125)
{
	output_name("%q{RUN", "bank", 0);
}
END_TEST

START_TEST(a_last_word_that_needs_a_value_ends_with_125)
{
	reads(WORDS((char[]){"-o"}), NULL, true);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("command");
	TCase *tests = tcase_create("command");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tests, NULL, forget);
	tcase_add_test(tests, options_end_at_the_program);
	tcase_add_test(tests, two_dashes_before_the_program_are_seen);
	tcase_add_test(tests, the_command_line_wins_over_the_variable);
	tcase_add_test(tests, quotes_protect_in_the_variable_and_lists_add_up);
	tcase_add_test(tests, other_tools_names_work);
	tcase_add_test(tests, the_recording_of_a_launcher_above_is_not_ours);
	tcase_add_test(tests, a_quote_left_open_is_found);
	tcase_add_exit_test(tests, a_misspelt_option_ends_with_125, 125);
	tcase_add_exit_test(tests, a_level_of_an_unknown_rule_ends_with_125, 125);
	tcase_add_test(tests, patterns_match_as_threadsanitizer_s_do);
	tcase_add_test(tests, suggestions_are_near_or_none);
	tcase_add_test(tests, a_template_names_a_file);
	tcase_add_test(tests, a_template_counts_when_it_says_so);
	tcase_add_exit_test(tests, a_template_that_ends_in_a_percent_sign_ends_with_125, 125);
	tcase_add_exit_test(tests, a_variable_without_its_brace_ends_with_125, 125);
	tcase_add_exit_test(tests, a_last_word_that_needs_a_value_ends_with_125, 125);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
