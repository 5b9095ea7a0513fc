/* rules.c: rules and levels by name, from graph/rules.def. */
#include <string.h>

#include "findings.h"

const struct rule rules[] = {
#define RULE(id, rule_name, rule_level, text) {.name = rule_name, .level = LEVEL_##rule_level, .meaning = text},
#include "graph/rules.def"
#undef RULE
};
const size_t rules_count = sizeof(rules) / sizeof(rules[0]);

static const char *const level_names[] = {"off", "note", "warning", "error"};

int rule_find(const char *name)
{
	for (size_t i = 0; i < rules_count; i++)
		if (strcmp(rules[i].name, name) == 0)
			return (int)i;
	return -1;
}

const char *level_name(enum level level)
{
	return level_names[level];
}

int level_find(const char *name)
{
	for (int i = 0; i < 4; i++)
		if (strcmp(level_names[i], name) == 0)
			return i;
	return -1;
}
