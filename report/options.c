/* options.c: see options.h. */
#include "options.h"

#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "findings.h"
#include "memory.h"
#include "rcfile.h"

static const struct option_definition definitions[] = {
#define OPTION(id, option_name, option_type, option_value, option_argument, option_help)                                                   \
	{option_name, option_type, option_value, option_argument, option_help},
#include "graph/options.def"
#undef OPTION
};

/* Other tools' names for the same things. */
static const struct {
	const char *name;
	enum option_id option;
} synonyms[] = {{"exitcode", OPTION_ERROR_EXITCODE}, {"log-file", OPTION_LOG_PATH}, {"halt-on-error", OPTION_ON_DEADLOCK}};
#define SYNONYMS (sizeof(synonyms) / sizeof(synonyms[0]))

static const char command_line[] = "command line"; /* an origin */

const char *argp_program_version = "gridlock " VERSION;

/* ---- names ---- */

/* Edit distance, of words of up to 63 characters (V. Levenshtein, 1966). */
static size_t distance(const char *a, const char *b)
{
	size_t row[64], length = strlen(b);

	if (strlen(a) > 63 || length > 63)
		return SIZE_MAX;
	for (size_t j = 0; j <= length; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= length; j++) {
			size_t change = corner + (a[i - 1] != b[j - 1]), step = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;

			corner = row[j];
			row[j] = change < step ? change : step;
		}
	}
	return row[length];
}

const char *nearest_name(const char *word, const char *const *names, size_t count)
{
	const char *nearest = NULL;
	size_t best = strlen(word) / 2 < 3 ? strlen(word) / 2 + 1 : 4;

	for (size_t i = 0; i < count; i++) {
		size_t here = distance(word, names[i]);

		if (here < best) {
			best = here;
			nearest = names[i];
		}
	}
	return nearest;
}

/* The option of that name, `_` and `-` alike, "no-NAME" of a flag too; -1: none. */
static int find(const char *name, bool *negated)
{
	char plain[64];
	size_t length = strlen(name);

	*negated = false;
	if (length >= sizeof(plain))
		return -1;
	for (size_t i = 0; i <= length; i++)
		plain[i] = name[i] == '_' ? '-' : name[i];
	for (int i = 0; i < OPTION_COUNT; i++)
		if (strcmp(definitions[i].name, plain) == 0)
			return i;
	for (size_t i = 0; i < SYNONYMS; i++)
		if (strcmp(synonyms[i].name, plain) == 0)
			return (int)synonyms[i].option;
	if (strncmp(plain, "no-", 3) != 0)
		return -1;
	*negated = true;
	for (int i = 0; i < OPTION_COUNT; i++)
		if (definitions[i].type == FLAG && strcmp(definitions[i].name, plain + 3) == 0)
			return i;
	return -1;
}

static const char *suggestion(const char *name)
{
	static const char *names[OPTION_COUNT + SYNONYMS + 2];
	size_t count = 0;

	for (int i = 0; i < OPTION_COUNT; i++)
		if (definitions[i].help)
			names[count++] = definitions[i].name;
	for (size_t i = 0; i < SYNONYMS; i++)
		names[count++] = synonyms[i].name;
	names[count++] = "no-subreaper";
	names[count++] = "version";
	return nearest_name(name, names, count);
}

/* ---- values ---- */

/* What is wrong with the value of an option; NULL: nothing. To be freed. */
static char *wrong_level(const char *value)
{
	const char *equals = strchr(value, '=');
	char *rule = equals ? strndup(value, (size_t)(equals - value)) : copied(value);
	char *wrong = NULL;

	if (!equals || level_find(equals + 1) < 0) {
		wrong = printed("--level %s: expected RULE=LEVEL with LEVEL error, warning, note or off", value);
	} else if (rule_find(rule) < 0) {
		const char *names[64], *nearest;

		for (size_t i = 0; i < rules_count; i++)
			names[i] = rules[i].name;
		nearest = nearest_name(rule, names, rules_count);
		wrong = printed("--level %s: there is no rule '%s'%s%s%s", value, rule, nearest ? "; did you mean '" : "",
				nearest ? nearest : "", nearest ? "'?" : " (gridlock explain lists them)");
	}
	free(rule);
	return wrong;
}

static bool among(const char *choices, const char *value)
{
	size_t length = strlen(value);

	for (const char *at = choices; at; at = strchr(at, '|')) {
		at += *at == '|';
		if (length && strncmp(at, value, length) == 0 && (at[length] == '|' || at[length] == '\0'))
			return true;
	}
	return false;
}

static char *wrong_value(enum option_id id, const char *value)
{
	const struct option_definition *definition = &definitions[id];
	char *end;
	long number;

	if (id == OPTION_LEVEL)
		return wrong_level(value);
	if (definition->type == CHOICE && !among(definition->argument, value))
		return printed("--%s=%s: expected %s", definition->name, value, definition->argument);
	if (definition->type != NUMBER)
		return NULL;
	errno = 0;
	number = strtol(value, &end, 10);
	if (errno || *end || end == value || number < 0)
		return printed("--%s=%s: expected a number", definition->name, value);
	if (id == OPTION_ERROR_EXITCODE && number > 255)
		return printed("--%s=%s: an exit code is at most 255", definition->name, value);
	return NULL;
}

static void add(struct options *options, enum option_id id, const char *value)
{
	size_t count = definitions[id].type == LIST ? options->of[id].count : 0;

	options->of[id].values = resized(options->of[id].values, count + 1, sizeof(char *));
	options->of[id].origins = resized(options->of[id].origins, count + 1, sizeof(char *));
	options->of[id].values[count] = value;
	options->of[id].origins[count] = options->origin;
	options->of[id].count = count + 1;
}

/* ThreadSanitizer's halt_on_error=0 or 1 in our words. */
static const char *in_our_words(enum option_id id, const char *value)
{
	if (id != OPTION_ON_DEADLOCK)
		return value;
	return strcmp(value, "1") == 0 ? "exit" : strcmp(value, "0") == 0 ? "report" : value;
}

/* Sets one option; returns what is wrong, to be freed. */
static char *set(struct options *options, int id, bool negated, const char *value)
{
	char *wrong;

	if (definitions[id].type == FLAG) {
		bool on = (!value || (strcmp(value, "0") != 0 && strcmp(value, "false") != 0)) != negated;

		add(options, (enum option_id)id, on ? "1" : "0");
		return NULL;
	}
	if (!value)
		return printed("--%s needs a value: %s", definitions[id].name,
			       definitions[id].argument ? definitions[id].argument : "VALUE");
	value = in_our_words((enum option_id)id, value);
	wrong = wrong_value((enum option_id)id, value);
	if (!wrong)
		add(options, (enum option_id)id, value);
	return wrong;
}

/* ---- the variable, and the file ---- */

char *options_keep(struct options *options, char *text)
{
	options->kept = resized(options->kept, options->kept_count + 1, sizeof(*options->kept));
	options->kept[options->kept_count++] = text;
	return text;
}

/* In a template '%' begins something. */
static char *as_template(const char *folder)
{
	char *text = new_zeroed(2 * strlen(folder) + 1, 1), *to = text;

	for (; *folder; folder++) {
		if (*folder == '%')
			*to++ = '%';
		*to++ = *folder;
	}
	return text;
}

const char *option_anchored(struct options *options, enum option_id id, const char *value, const char *folder)
{
	const char *argument = definitions[id].argument, *name = value;
	char *above;

	if (id == OPTION_OUTPUT)
		name = strchr(value, ':') ? strchr(value, ':') + 1 : "/";
	else if (!argument || (strcmp(argument, "FILE") != 0 && strcmp(argument, "DIR") != 0))
		return value;
	if (*name == '\0' || *name == '/')
		return value;
	above = id == OPTION_OUTPUT || id == OPTION_LOG_PATH ? as_template(folder) : copied(folder);
	value = options_keep(options, printed("%.*s%s/%s", (int)(name - value), value, above, name));
	free(above);
	return value;
}

void options_set_named(struct options *options, const char *name, const char *value, const char *folder)
{
	char *wrong = NULL;
	bool negated;
	int id = find(name, &negated);

	if (id < 0 || (folder && !definitions[id].help)) {
		const char *nearest = suggestion(name);

		wrong = printed("unknown option '%s'%s%s%s", name, nearest ? "; did you mean '" : "", nearest ? nearest : "",
				nearest ? "'?" : "");
	} else {
		wrong = set(options, id, negated, value && folder ? option_anchored(options, (enum option_id)id, value, folder) : value);
	}
	if (wrong)
		fprintf(stderr, "gridlock: warning: %s: %s\n", options->origin, wrong);
	free(wrong);
}

static void set_from_variable(struct options *options, char *text)
{
	char *equals = strchr(text, '=');

	if (equals)
		*equals = '\0';
	options_set_named(options, text, equals ? equals + 1 : NULL, NULL);
}

/* `name=value` separated by space or comma; quotes protect. The values lie in options->variable. */
static void read_variable(struct options *options, const char *variable)
{
	char *to = options->variable = copied(variable), *start = to;
	char quote = '\0';

	for (const char *from = variable;; from++) {
		if (*from && quote && *from == quote) {
			quote = '\0';
		} else if (*from && !quote && (*from == '"' || *from == '\'')) {
			quote = *from;
		} else if (*from && (quote || !strchr(" ,\t\n", *from))) {
			*to++ = *from;
		} else {
			*to++ = '\0';
			if (*start)
				set_from_variable(options, start);
			start = to;
			if (!*from)
				return;
		}
	}
}

char options_open_quote(const char *variable)
{
	char quote = '\0';

	for (; *variable; variable++) {
		if (*variable == quote)
			quote = '\0';
		else if (!quote && (*variable == '"' || *variable == '\''))
			quote = *variable;
	}
	return quote;
}

static void set_standard(struct options *options, enum option_id id)
{
	if (definitions[id].type != LIST)
		add(options, id, definitions[id].value);
}

/* A gridlock that runs under another finds that one's recording in the variable. */
static void forget_launcher(struct options *options)
{
	if (!option_flag(options, OPTION_LAUNCHED))
		return;
	set_standard(options, OPTION_RECORD);
	set_standard(options, OPTION_LAUNCHED);
}

/* ---- the command line ---- */

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
		wrong = set(parse->options, key - KEY(0), false, argument);
	} else if (key >= KEY_NO(0) && key < KEY_NO(OPTION_COUNT)) {
		wrong = set(parse->options, key - KEY_NO(0), true, NULL);
	} else if (key >= KEY_SYNONYM(0) && key < KEY_SYNONYM(SYNONYMS)) {
		wrong = set(parse->options, (int)synonyms[key - KEY_SYNONYM(0)].option, false, argument);
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
	next = all = new_zeroed(2 * OPTION_COUNT + SYNONYMS + 2, sizeof(*all));
	for (int i = 0; i < OPTION_COUNT; i++) {
		const struct option_definition *d = &definitions[i];
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
	for (size_t i = 0; i < SYNONYMS; i++)
		*next++ = (struct argp_option){.name = synonyms[i].name, .key = KEY_SYNONYM(i), .arg = "VALUE", .flags = OPTION_HIDDEN};
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
		id = find(name, &negated);
		if (id < 0 && strcmp(name, "help") && strcmp(name, "version") && strcmp(name, "usage")) {
			const char *nearest = suggestion(name);

			die("unknown option '--%s'%s%s%s", name, nearest ? "; did you mean '--" : "", nearest ? nearest : "",
			    nearest ? "'?" : " (see gridlock --help)");
		}
		if (id >= 0 && definitions[id].type != FLAG && !*end)
			i++;
		free(name);
	}
}

int options_read(struct options *options, int argc, char **argv, const char *variable, bool program, bool *dashes)
{
	struct argp argp = {.options = argp_options(), .parser = take, .args_doc = usage, .doc = doc};
	struct parse parse = {.options = options, .program = program, .argv = new_zeroed((size_t)argc + 1, sizeof(char *))};

	argp_err_exit_status = EXIT_GRIDLOCK;
	options->origin = "default";
	for (int i = 0; i < OPTION_COUNT; i++)
		set_standard(options, (enum option_id)i);
	if (options->file)
		rcfile_read(options, options->file);
	options->origin = "GRIDLOCK_OPTIONS";
	if (variable) {
		read_variable(options, variable);
		if (options_open_quote(variable))
			fprintf(stderr, "gridlock: warning: GRIDLOCK_OPTIONS: a quote is left open\n");
		forget_launcher(options);
	}
	options->origin = command_line;
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

void options_set(struct options *options, enum option_id id, const char *value)
{
	add(options, id, value);
}

void options_free(struct options *options)
{
	for (int i = 0; i < OPTION_COUNT; i++) {
		free(options->of[i].values);
		free(options->of[i].origins);
	}
	for (size_t i = 0; i < options->kept_count; i++)
		free(options->kept[i]);
	free(options->kept);
	free(options->variable);
}

const char *option_name(enum option_id id)
{
	return definitions[id].name;
}

const struct option_definition *option_definition(enum option_id id)
{
	return &definitions[id];
}

bool option_given(const struct options *options, enum option_id id)
{
	return options->of[id].count && *options->of[id].values[0];
}

bool option_typed(const struct options *options, enum option_id id, size_t place)
{
	return options->of[id].origins[place] == command_line;
}

const char *option_string(const struct options *options, enum option_id id)
{
	return options->of[id].count ? options->of[id].values[0] : definitions[id].value;
}

long option_number(const struct options *options, enum option_id id)
{
	return strtol(option_string(options, id), NULL, 10);
}

bool option_flag(const struct options *options, enum option_id id)
{
	return strcmp(option_string(options, id), "1") == 0;
}
