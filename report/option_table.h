/* option_table.h: the options there are, from graph/options.def, and their names. */
#ifndef GRIDLOCK_OPTION_TABLE_H
#define GRIDLOCK_OPTION_TABLE_H

#include <stdbool.h>
#include <stddef.h>

enum option_id {
#define OPTION(id, name, type, value, arg, help) OPTION_##id,
#include "graph/options.def"
#undef OPTION
	OPTION_COUNT
};

enum option_type { FLAG, NUMBER, STRING, LIST, CHOICE };
/* A line of options.def. */
struct option_definition {
	const char *name;
	enum option_type type;
	const char *value, *argument, *help;
};
/* Other tools' names for the same things. */
#define OPTION_SYNONYMS 3
struct option_synonym {
	const char *name;
	enum option_id option;
};
extern const struct option_synonym option_synonyms[OPTION_SYNONYMS];

const struct option_definition *option_definition(enum option_id id);
/* Without dashes. */
const char *option_name(enum option_id id);
/* The option of that name, `_` and `-` alike, a synonym, or "no-NAME" of a flag: then *negated; -1: none. */
int option_find(const char *name, bool *negated);
/* The name that a wrong one was most likely meant to be; NULL: none is near. */
const char *option_nearest(const char *name);

#endif
