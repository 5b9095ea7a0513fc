/* options.c: see options.h. */
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command_line.h"
#include "findings.h"
#include "memory.h"
#include "nearest.h"
#include "rcfile.h"

static const char command_line[] = "command line"; /* an origin */

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
	const struct option_definition *definition = option_definition(id);
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
	size_t count = option_definition(id)->type == LIST ? options->of[id].count : 0;

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

char *options_assign(struct options *options, enum option_id id, bool negated, const char *value)
{
	char *wrong;

	if (option_definition(id)->type == FLAG) {
		bool on = (!value || (strcmp(value, "0") != 0 && strcmp(value, "false") != 0)) != negated;

		add(options, id, on ? "1" : "0");
		return NULL;
	}
	if (!value)
		return printed("--%s needs a value: %s", option_definition(id)->name,
			       option_definition(id)->argument ? option_definition(id)->argument : "VALUE");
	value = in_our_words(id, value);
	wrong = wrong_value(id, value);
	if (!wrong)
		add(options, id, value);
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
	const char *argument = option_definition(id)->argument, *name = value;
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
	int id = option_find(name, &negated);

	if (id < 0 || (folder && !option_definition((enum option_id)id)->help)) {
		const char *nearest = option_nearest(name);

		wrong = printed("unknown option '%s'%s%s%s", name, nearest ? "; did you mean '" : "", nearest ? nearest : "",
				nearest ? "'?" : "");
	} else {
		wrong = options_assign(options, (enum option_id)id, negated,
				       value && folder ? option_anchored(options, (enum option_id)id, value, folder) : value);
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
	if (option_definition(id)->type != LIST)
		add(options, id, option_definition(id)->value);
}

/* A gridlock that runs under another finds that one's recording in the variable. */
static void forget_launcher(struct options *options)
{
	if (!option_flag(options, OPTION_LAUNCHED))
		return;
	set_standard(options, OPTION_RECORD);
	set_standard(options, OPTION_LAUNCHED);
}

int options_read(struct options *options, int argc, char **argv, const char *variable, bool program, bool *dashes)
{
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
	return command_line_read(options, argc, argv, program, dashes);
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
	return options->of[id].count ? options->of[id].values[0] : option_definition(id)->value;
}

long option_number(const struct options *options, enum option_id id)
{
	return strtol(option_string(options, id), NULL, 10);
}

bool option_flag(const struct options *options, enum option_id id)
{
	return strcmp(option_string(options, id), "1") == 0;
}
