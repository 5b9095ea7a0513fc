/*
 * options.h: the options of one invocation, from graph/options.def: command line, GRIDLOCK_OPTIONS, defaults, in this order of precedence.
 */
#ifndef GRIDLOCK_OPTIONS_H
#define GRIDLOCK_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

enum option_id {
#define OPTION(id, name, type, value, arg, help) OPTION_##id,
#include "graph/options.def"
#undef OPTION
	OPTION_COUNT
};

struct options {
	/* Of each option the values in the order given; a LIST may have several, every other type has exactly one (the last wins). */
	struct {
		size_t count;
		const char **values;
	} of[OPTION_COUNT];
};

/* The value of an option that is no list; never NULL. */
const char *option_string(const struct options *options, enum option_id id);
long option_number(const struct options *options, enum option_id id);
bool option_flag(const struct options *options, enum option_id id);

#endif
