/* main.c: the command: which subcommand it is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"
#include "explain.h"
#include "findings.h"
#include "folder.h"
#include "memory.h"
#include "options.h"
#include "output.h"
#include "run.h"
#include "suppress.h"
#include "verdict.h"

/* ---- gridlock report ---- */

/* The report that a bare preload asks for at the end of its process: to its stderr or --log-path. */
static int report_at_exit(struct findings *findings, const struct options *options, const char *folder)
{
	struct outputs outputs = outputs_open(options, findings->count ? findings->list[0].exe : "program", STDERR_FILENO, true);
	bool clean = findings->count == 0;
	int code = verdict_code(findings, options, 0);

	if (clean && option_flag(options, OPTION_REMOVE))
		findings->recording = NULL;
	if (!outputs_write(&outputs, findings, options))
		code = EXIT_GRIDLOCK;
	if (clean && option_flag(options, OPTION_REMOVE))
		folder_remove(folder);
	return code;
}

static int report_main(const struct options *options, int count, char **operands)
{
	const char *format = option_string(options, OPTION_FORMAT);
	struct suppressions *suppressions = suppressions_read(options);
	struct findings *findings;
	struct outputs outputs;
	char *error = NULL;
	int code;

	if (count != 1)
		die("usage: gridlock report DIR [--format=FORMAT] [-o FORMAT:FILE]...");
	if (!output_format(format))
		die("--format=%s: text and json are known", format);
	findings = findings_build(operands[0], options, &error);
	if (!findings)
		die("%s", error);
	suppressions_apply(suppressions, findings);
	if (option_flag(options, OPTION_AT_EXIT)) {
		code = report_at_exit(findings, options, operands[0]);
	} else {
		if (findings->processes == 0)
			die("%s holds no recording that can be read%s%s", operands[0], findings->remarks_count ? ": " : "",
			    findings->remarks_count ? findings->remarks[0] : "");
		outputs = outputs_open(options, operands[0], STDOUT_FILENO, false);
		code = output_format(format)(STDOUT_FILENO, findings, options) == 0 && outputs_write(&outputs, findings, options)
			       ? verdict_code(findings, options, 0)
			       : EXIT_GRIDLOCK;
	}
	findings_free(findings);
	suppressions_free(suppressions);
	return code;
}

/* ---- which ---- */

static const char *const subcommands[] = {"run", "report", "explain", "doctor", "help", "version"};

static int subcommand(const char *word)
{
	for (size_t i = 0; i < sizeof(subcommands) / sizeof(subcommands[0]); i++)
		if (strcmp(subcommands[i], word) == 0)
			return (int)i;
	return -1;
}

static int dispatch(int which, const struct options *options, int count, char **operands)
{
	switch (which) {
	case 1:
		return report_main(options, count, operands);
	case 2:
		return explain_main(count + 1, operands - 1);
	case 3:
		return doctor_main(count + 1, operands - 1);
	default:
		die("no such subcommand");
	}
}

int main(int argc, char **argv)
{
	const char *variable = getenv("GRIDLOCK_OPTIONS");
	char **arguments = new_zeroed((size_t)argc + 1, sizeof(*arguments));
	struct options options = {0}, all = {0};
	bool dashes;
	int count, which, code;

	/* argp moves operands about; a subcommand's own options are read in a second round. */
	memcpy(arguments, argv, (size_t)argc * sizeof(*argv));
	count = options_read(&options, argc, arguments, variable, true, &dashes);
	if (count == 0)
		die("no program to run; try `gridlock --help`");
	which = dashes ? -1 : subcommand(arguments[1]);
	if (which > 0 && which < 4) {
		memcpy(arguments, argv, (size_t)argc * sizeof(*argv));
		count = options_read(&all, argc, arguments, variable, false, NULL);
		code = dispatch(which, &all, count - 1, arguments + 2);
		options_free(&all);
	} else if (which == 0) {
		/* What follows `run` may begin with options of ours. */
		char **rest = new_zeroed((size_t)argc + 1, sizeof(*rest));
		int first = 1;

		while (strcmp(argv[first], "run") != 0)
			first++;
		memcpy(rest, argv, (size_t)argc * sizeof(*argv));
		memmove(rest + first, rest + first + 1, (size_t)(argc - first) * sizeof(*rest));
		count = options_read(&all, argc - 1, rest, variable, true, NULL);
		if (count == 0)
			die("no program to run; try `gridlock --help`");
		code = run_main(&all, rest + 1);
	} else if (which == 4) {
		char *help[] = {argv[0], (char *)"--help", NULL};

		options_read(&all, 2, help, NULL, true, NULL);
		code = 0;
	} else if (which == 5) {
		printf("gridlock %s\n", VERSION);
		code = 0;
	} else {
		code = run_main(&options, arguments + 1);
	}
	return code;
}
