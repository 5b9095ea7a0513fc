/* main.c: the command: which subcommand it is. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "baseline.h"
#include "completion.h"
#include "confirm.h"
#include "doctor.h"
#include "explain.h"
#include "findings.h"
#include "folder.h"
#include "live.h"
#include "memory.h"
#include "merge.h"
#include "options.h"
#include "options_show.h"
#include "output.h"
#include "progress.h"
#include "rcfile.h"
#include "run.h"
#include "suppress.h"
#include "verdict.h"

/* ---- gridlock report ---- */

/* The report that a bare preload asks for at the end of its process: to its stderr or --log-path. */
static int report_at_exit(struct findings *findings, const struct options *options, const char *folder)
{
	struct outputs outputs = outputs_open(options, findings->count ? findings->list[0].exe : "program", STDERR_FILENO, true);
	bool clean = verdict_clean(findings);
	int code = verdict_code(findings, options, 0);

	if (clean && option_flag(options, OPTION_REMOVE))
		findings->recording = NULL;
	if (!outputs_write(&outputs, findings, options))
		code = EXIT_GRIDLOCK;
	if (clean && option_flag(options, OPTION_REMOVE))
		folder_remove(folder);
	return code;
}

/* `gridlock report RUN`: to standard output, whatever --log-path says. */
static int report_to_stdout(const struct findings *findings, const struct options *options, const char *folder)
{
	struct outputs outputs;

	progress_say("opening files", 0, 0);
	if (findings->processes == 0)
		die("%s holds no recording that can be read%s%s", folder, findings->remarks_count ? ": " : "",
		    findings->remarks_count ? findings->remarks[0] : "");
	outputs = outputs_open(options, folder, STDOUT_FILENO, false);
	progress_end();
	if (output_format(option_string(options, OPTION_FORMAT))(STDOUT_FILENO, findings, options) != 0)
		die("the report cannot be written: %s", strerror(errno));
	return outputs_write(&outputs, findings, options) ? verdict_code(findings, options, 0) : EXIT_GRIDLOCK;
}

static int report_main(const struct options *options, int count, char **operands)
{
	const char *format = option_string(options, OPTION_FORMAT);
	struct suppressions *suppressions = suppressions_read(options);
	struct baseline *baseline = baseline_read(options);
	struct findings *findings;
	char *error = NULL;
	int code;

	if (count != 1)
		die("usage: gridlock report RUN [--format=FORMAT] [-o FORMAT:FILE]...");
	if (!output_format(format))
		die("--format=%s: the formats are %s", format, output_format_names());
	if (!option_flag(options, OPTION_AT_EXIT))
		progress_begin();
	findings = findings_build(operands[0], options, &error);
	if (!findings)
		die("%s", error);
	suppressions_apply(suppressions, findings);
	baseline_apply(baseline, findings, options);
	code = option_flag(options, OPTION_AT_EXIT) ? report_at_exit(findings, options, operands[0])
						    : report_to_stdout(findings, options, operands[0]);
	findings_free(findings);
	suppressions_free(suppressions);
	baseline_free(baseline);
	return code;
}

/* ---- which ---- */

/* Reads all options; with --print-options shows them, and that is all. The report that a library without launcher asks for at its end is about a
 * program that took nothing from a file either. */
static int read_options(struct options *options, int argc, char **argv, bool program)
{
	bool at_exit = argc > 2 && strcmp(argv[2], "--at-exit") == 0;
	char *file = at_exit ? NULL : rcfile_find();
	int operands;

	options->file = file;
	operands = options_read(options, argc, argv, getenv("GRIDLOCK_OPTIONS"), program, NULL);
	options->file = NULL;
	free(file);
	if (option_flag(options, OPTION_PRINT_OPTIONS))
		exit(options_print(options, stdout) ? 0 : EXIT_GRIDLOCK);
	return operands;
}

enum subcommand {
	NONE,
#define SUBCOMMAND(id, name, operands, help) id,
#include "subcommands.def"
#undef SUBCOMMAND
};
static const char *const subcommands[] = {
	NULL,
#define SUBCOMMAND(id, name, operands, help) [id] = name,
#include "subcommands.def"
#undef SUBCOMMAND
};

static enum subcommand subcommand(const char *word)
{
	for (size_t i = RUN; i < sizeof(subcommands) / sizeof(subcommands[0]); i++)
		if (strcmp(subcommands[i], word) == 0)
			return (enum subcommand)i;
	return NONE;
}

/* Which one the command line names, and its word. argp moves operands about, so a copy is read; the subcommand reads its own again. */
static enum subcommand find_subcommand(int argc, char **argv, const char **word)
{
	char **copy = new_zeroed((size_t)argc + 1, sizeof(*copy));
	struct options options = {0};
	bool dashes;

	memcpy(copy, argv, (size_t)argc * sizeof(*argv));
	if (options_read(&options, argc, copy, NULL, true, &dashes) == 0 && !option_flag(&options, OPTION_PRINT_OPTIONS))
		die("no program to run; try `gridlock --help`");
	*word = copy[1] ? copy[1] : "";
	options_free(&options);
	free(copy);
	return dashes ? NONE : subcommand(*word);
}

/* `gridlock run ...` is `gridlock ...`: what follows may begin with options of ours. */
static int without(int argc, char **argv, const char *word)
{
	int to = 0;

	for (int from = 0; from < argc; from++)
		if (argv[from] != word)
			argv[to++] = argv[from];
	argv[to] = NULL;
	return to;
}

static int launch_main(int argc, char **argv)
{
	struct options options = {0};
	int code;

	if (read_options(&options, argc, argv, true) == 0)
		die("no program to run; try `gridlock --help`");
	code = run_main(&options, argv + 1);
	options_free(&options);
	return code;
}

static int other_main(enum subcommand which, int argc, char **argv)
{
	struct options options = {0};
	int count = read_options(&options, argc, argv, false);
	int code = which == REPORT     ? report_main(&options, count - 1, argv + 2)
		   : which == DUMP     ? dump_main(&options, count - 1, argv + 2)
		   : which == BASELINE ? baseline_main(&options, count - 1, argv + 2)
		   : which == MERGE    ? merge_main(&options, count - 1, argv + 2)
		   : which == DIFF     ? diff_main(&options, count - 1, argv + 2)
		   : which == TOP      ? top_main(&options, count - 1, argv + 2)
		   : which == ENV      ? env_main(&options, count - 1)
		   : which == EXPLAIN  ? explain_main(count, argv + 1)
				       : doctor_main(count, argv + 1);

	options_free(&options);
	return code;
}

/* gridlock confirm [OPTION...] [FINGERPRINT...] -- PROGRAM [ARGUMENT...] */
static int confirm_words(int argc, char **argv)
{
	struct options options = {0};
	char **fingerprints;
	int dashes = 1, count, code;

	while (dashes < argc && strcmp(argv[dashes], "--") != 0)
		dashes++;
	if (dashes + 1 >= argc)
		die("usage: gridlock confirm [--tries=N] [FINGERPRINT...] -- PROGRAM [ARGUMENT...]");
	count = read_options(&options, dashes, argv, false);
	fingerprints = new_zeroed((size_t)count, sizeof(*fingerprints));
	memcpy(fingerprints, argv + 2, (size_t)(count - 1) * sizeof(*fingerprints));
	code = confirm_main(&options, fingerprints, argv + dashes + 1);
	free(fingerprints);
	options_free(&options);
	return code;
}

/* Does not return. */
static void help(char *name)
{
	struct options options = {0};
	char *words[] = {name, copied("--help"), NULL};

	options_read(&options, 2, words, NULL, true, NULL);
}

int main(int argc, char **argv)
{
	const char *word;
	enum subcommand which = find_subcommand(argc, argv, &word);

	if (which == HELP)
		help(argv[0]);
	if (which == VERSION_NUMBER)
		return printf("gridlock %s\n", VERSION) < 0 || fflush(stdout) != 0 ? EXIT_GRIDLOCK : 0;
	if (which == NONE)
		return launch_main(argc, argv);
	if (which == COMPLETION)
		return completion_main(argc - 2, argv + 2);
	if (which == CONFIRM)
		return confirm_words(argc, argv);
	if (which == RUN)
		return launch_main(without(argc, argv, word), argv);
	return other_main(which, argc, argv);
}
