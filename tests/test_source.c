/* Excerpts of the user's source: which lines, and how they are cut to the columns of a terminal. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/source.h"

static char path[] = "/tmp/gridlock-source.XXXXXX";

/* The excerpt around `line` of a file with that text, in so many columns. To be freed. */
static char *excerpt(const char *text, unsigned line, size_t columns)
{
	char *output = NULL;
	size_t size = 0;
	FILE *file, *stream = open_memstream(&output, &size);

	memcpy(path + sizeof(path) - 7, "XXXXXX", 6);
	file = fdopen(mkstemp(path), "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
	source_excerpt(stream, "  ", columns, path, line, "");
	fclose(stream);
	unlink(path);
	return output;
}

static void expect(const char *text, unsigned line, size_t columns, const char *expected)
{
	char *output = excerpt(text, line, columns);

	ck_assert_str_eq(output, expected);
	free(output);
}

START_TEST(the_lines_around_are_shown)
{
	expect("a\nb\nc\nd\ne\n", 3, 0, "       2 | b\n  >    3 | c\n       4 | d\n");
	expect("a\nb\n", 1, 0, "  >    1 | a\n       2 | b\n");
	expect("a\r\nb", 2, 80, "       1 | a\n  >    2 | b\n");
	/* There is no such line. */
	expect("a\n", 3, 0, "");
	expect("", 1, 0, "");
}
END_TEST

/* What stands before a line takes 11 columns. */
START_TEST(what_has_no_room_is_cut)
{
	/* All of it: 40 columns. */
	expect("12345678901234567890123456789\n", 1, 40, "  >    1 | 12345678901234567890123456789\n");
	expect("123456789012345678901234567890\n", 1, 40, "  >    1 | 12345678901234567890123456...\n");
	expect("123456789012345678901234567890\n", 1, 0, "  >    1 | 123456789012345678901234567890\n");
	/* A tab goes to column 16, the next one to 24. */
	expect("\tint value = 123456789012\n", 1, 40, "  >    1 | \tint value = 123456789012\n");
	expect("\tint value = 1234567890123\n", 1, 40, "  >    1 | \tint value = 123456789...\n");
	expect("\t\t\t\tx\n", 1, 40, "  >    1 | \t\t\t...\n");
	/* Nothing has room. */
	expect("x = 1;\n", 1, 4, "  >    1 | ...\n");
}
END_TEST

START_TEST(a_character_takes_one_column)
{
	expect("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\n", 1, 16, "  >    1 | \xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\n");
	expect("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\n", 1, 16, "  >    1 | \xc3\xa9\xc3\xa9...\n");
	/* Bytes that are no text are passed on, one a column. */
	expect("\xe9\xe9\xe9\xe9\xe9\xe9\n", 1, 16, "  >    1 | \xe9\xe9...\n");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("source");
	TCase *cases = tcase_create("excerpts");
	SRunner *runner;
	int failed;

	tcase_add_test(cases, the_lines_around_are_shown);
	tcase_add_test(cases, what_has_no_room_is_cut);
	tcase_add_test(cases, a_character_takes_one_column);
	suite_add_tcase(suite, cases);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
