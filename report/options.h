/*
 * options.h: the options of one invocation, from graph/options.def: command line, GRIDLOCK_OPTIONS, .gridlockrc, defaults, in this order of
 * precedence.
 */
#ifndef GRIDLOCK_OPTIONS_H
#define GRIDLOCK_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "option_table.h"

struct options {
	/* Of each option the values in the order given, and where each came from; a LIST may have several, every other type has exactly one
	 * (the last wins). */
	struct {
		size_t count;
		const char **values, **origins;
	} of[OPTION_COUNT];
	const char *file;   /* the .gridlockrc to read, set before options_read; NULL: none */
	const char *origin; /* of what is being set */
	char *variable;	    /* a copy of GRIDLOCK_OPTIONS, cut into the values that come from it */
	char **kept;	    /* texts that live as long as the options */
	size_t kept_count;
};

/* Reads options->file, then GRIDLOCK_OPTIONS (`variable`, may be NULL: what is wrong there is a warning on stderr; the recording that it names under another
 * launcher is that launcher's, not ours), then the command line, where it ends the
 * command with 125 and a suggestion. With `program` options end at the first operand; else operands may stand among them. Returns the number of
 * operands and moves them to the front of argv (behind argv[0]); *dashes tells whether `--` stood before the first. Handles --help and
 * --version. Strings of argv must outlive the options. */
int options_read(struct options *options, int argc, char **argv, const char *variable, bool program, bool *dashes);
void options_free(struct options *options);

/* Sets the option of that name, as the variable and the file do: what is wrong is a warning that names options->origin. `value`: NULL for a name
 * alone; it must outlive the options. `folder`: what names of files are relative to; NULL: they stay as they are, and internal options may be
 * set. */
void options_set_named(struct options *options, const char *name, const char *value, const char *folder);
/* Frees `text` with the options; returns it. */
char *options_keep(struct options *options, char *text);
/* The value of an option, with the name of a file in it made absolute from `folder`. Lives as long as the options. */
const char *option_anchored(struct options *options, enum option_id id, const char *value, const char *folder);

/* Sets an option to a value, which must outlive the options; `negated`: a flag, said with no- before it; `value`: NULL for a name alone. Returns what is
 * wrong with it, to be freed; NULL: nothing. */
char *options_assign(struct options *options, enum option_id id, bool negated, const char *value);
/* Sets an option that is no list; the value must outlive the options. */
void options_set(struct options *options, enum option_id id, const char *value);

/* Was it given a value that is not empty? */
bool option_given(const struct options *options, enum option_id id);
/* Does the value of that place in a list come from the command line? */
bool option_typed(const struct options *options, enum option_id id, size_t place);
/* The value of an option that is no list; never NULL. */
const char *option_string(const struct options *options, enum option_id id);
long option_number(const struct options *options, enum option_id id);
bool option_flag(const struct options *options, enum option_id id);

/* The quote that GRIDLOCK_OPTIONS leaves open at its end, '\0': none. */
char options_open_quote(const char *variable);

#endif
