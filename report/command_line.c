/* command_line.c: see command_line.h. */
#include "command_line.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

const char *argp_program_version = "gridlock " VERSION;

struct parse {
	struct options *options;
	bool program; /* options end at the first operand */
	int operands;
	char **argv;
	bool dashes;
};
#define KEY(id)	       (1000 + (id))
#define KEY_NO(id)     (2000 + (id))
#define KEY_SYNONYM(i) (3000 + (int)(i))

static error_t take(int key, char *argument, struct argp_state *state)
{
	struct parse *parse = state->input;
	char *wrong = NULL;

	if (key == 'o')
		key = KEY(OPTION_OUTPUT);
	if (key == 'q')
		key = KEY(OPTION_QUIET);
	if (key == 'h') {
		argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
	} else if (key >= KEY(0) && key < KEY(OPTION_COUNT)) {
		wrong = options_assign(parse->options, (enum option_id)(key - KEY(0)), false, argument);
	} else if (key >= KEY_NO(0) && key < KEY_NO(OPTION_COUNT)) {
		wrong = options_assign(parse->options, (enum option_id)(key - KEY_NO(0)), true, NULL);
	} else if (key >= KEY_SYNONYM(0) && key < KEY_SYNONYM(OPTION_SYNONYMS)) {
		wrong = options_assign(parse->options, option_synonyms[key - KEY_SYNONYM(0)].option, false, argument);
	} else if (key == ARGP_KEY_ARG) {
		parse->argv[++parse->operands] = argument;
		if (parse->program) {
			parse->dashes = state->quoted != 0 && parse->operands == 1 && state->next == state->quoted + 1;
			while (state->next < state->argc)
				parse->argv[++parse->operands] = state->argv[state->next++];
		}
	} else {
		return ARGP_ERR_UNKNOWN;
	}
	if (wrong)
		die("%s", wrong);
	return 0;
}

/* argp's table, made once. */
static struct argp_option *argp_options(void)
{
	static struct argp_option *all;
	struct argp_option *next;

	if (all)
		return all;
	next = all = new_zeroed(2 * OPTION_COUNT + OPTION_SYNONYMS + 2, sizeof(*all));
	for (int i = 0; i < OPTION_COUNT; i++) {
		const struct option_definition *d = option_definition((enum option_id)i);
		bool starts_on = d->type == FLAG && strcmp(d->value, "1") == 0;
		int hidden = !d->help ? OPTION_HIDDEN : 0;

		*next++ = (struct argp_option){.name = d->name,
					       .key = i == OPTION_OUTPUT  ? 'o'
						      : i == OPTION_QUIET ? 'q'
									  : KEY(i),
					       .arg = d->type == FLAG ? NULL
						      : d->argument   ? d->argument
								      : "VALUE",
					       .flags = hidden || starts_on ? OPTION_HIDDEN : 0,
					       .doc = d->help};
		if (d->type == FLAG)
			*next++ = (struct argp_option){.name = printed("no-%s", d->name),
						       .key = KEY_NO(i),
						       .flags = hidden || !starts_on ? OPTION_HIDDEN : 0,
						       .doc = starts_on ? printed("do not %s", d->help) : NULL};
	}
	for (size_t i = 0; i < OPTION_SYNONYMS; i++)
		*next++ = (struct argp_option){
			.name = option_synonyms[i].name, .key = KEY_SYNONYM(i), .arg = "VALUE", .flags = OPTION_HIDDEN};
	*next++ = (struct argp_option){.name = NULL, .key = 'h', .flags = OPTION_HIDDEN, .doc = "help"};
	return all;
}

static const char usage[] = "[--] PROGRAM [ARGUMENT...]"
#define SUBCOMMAND(id, name, operands, help) "\n" name " " operands
#include "subcommands.def"
#undef SUBCOMMAND
	;
static const char doc[] =
	"Finds deadlocks in PROGRAM before they happen: runs it with all its children, then reports lock-order cycles, lock misuse and the "
	"deadlocks that occurred, and exits with 66 when there is an error among them."
	"\v"
#define SUBCOMMAND(id, name, operands, help) name ": " help ".\n"
#include "subcommands.def"
#undef SUBCOMMAND
#define FORMAT(name, help) "Format " #name ": " help ".\n"
#include "formats.def"
#undef FORMAT
	"The same options, as name=value separated by spaces, work in GRIDLOCK_OPTIONS, and as lines in .gridlockrc, here or in a folder "
	"above; --print-options shows what holds, and why.\n"
	"Exit code: the program's own, or 66 with findings, 125 when gridlock itself failed, 126 and 127 as in the shell.";

/* Names with `_` get `-`; what argp would only call unrecognised gets a suggestion. Looks at options before the first operand only, if
 * options end there. */
static void prepare(int argc, char **argv, bool program)
{
	for (int i = 1; i < argc; i++) {
		char *name = argv[i] + 2, *end;
		bool negated;
		int id;

		if (strcmp(argv[i], "--") == 0 || (program && argv[i][0] != '-'))
			return;
		if (strcmp(argv[i], "-o") == 0)
			i++;
		if (i == argc || strncmp(argv[i], "--", 2) != 0)
			continue;
		end = name + strcspn(name, "=");
		for (char *c = name; c < end; c++)
			*c = *c == '_' ? '-' : *c;
		name = strndup(name, (size_t)(end - name));
		id = option_find(name, &negated);
		if (id < 0 && strcmp(name, "help") && strcmp(name, "version") && strcmp(name, "usage")) {
			const char *nearest = option_nearest(name);

			die("unknown option '--%s'%s%s%s", name, nearest ? "; did you mean '--" : "", nearest ? nearest : "",
			    nearest ? "'?" : " (see gridlock --help)");
		}
		if (id >= 0 && option_definition((enum option_id)id)->type != FLAG && !*end)
			i++;
		free(name);
	}
}

int command_line_read(struct options *options, int argc, char **argv, bool program, bool *dashes)
{
	struct argp argp = {.options = argp_options(), .parser = take, .args_doc = usage, .doc = doc};
	struct parse parse = {.options = options, .program = program, .argv = new_zeroed((size_t)argc + 1, sizeof(char *))};

	argp_err_exit_status = EXIT_GRIDLOCK;
	prepare(argc, argv, program);
	argp_parse(&argp, argc, argv, program ? ARGP_IN_ORDER : 0, NULL, &parse);
	for (int i = 1; i <= parse.operands; i++)
		argv[i] = parse.argv[i];
	argv[parse.operands + 1 <= argc ? parse.operands + 1 : argc] = NULL;
	if (dashes)
		*dashes = parse.dashes;
	free(parse.argv);
	return parse.operands;
}
