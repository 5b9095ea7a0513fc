/* option_table.c: see option_table.h. */
#include "option_table.h"

#include <string.h>

#include "nearest.h"

static const struct option_definition definitions[] = {
#define OPTION(id, option_name, option_type, option_value, option_argument, option_help)                                                   \
	{option_name, option_type, option_value, option_argument, option_help},
#include "graph/options.def"
#undef OPTION
};

const struct option_synonym option_synonyms[OPTION_SYNONYMS] = {
	{"exitcode", OPTION_ERROR_EXITCODE}, {"log-file", OPTION_LOG_PATH}, {"halt-on-error", OPTION_ON_DEADLOCK}};

int option_find(const char *name, bool *negated)
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
	for (size_t i = 0; i < OPTION_SYNONYMS; i++)
		if (strcmp(option_synonyms[i].name, plain) == 0)
			return (int)option_synonyms[i].option;
	if (strncmp(plain, "no-", 3) != 0)
		return -1;
	*negated = true;
	for (int i = 0; i < OPTION_COUNT; i++)
		if (definitions[i].type == FLAG && strcmp(definitions[i].name, plain + 3) == 0)
			return i;
	return -1;
}

const char *option_nearest(const char *name)
{
	static const char *names[OPTION_COUNT + OPTION_SYNONYMS + 2];
	size_t count = 0;

	for (int i = 0; i < OPTION_COUNT; i++)
		if (definitions[i].help)
			names[count++] = definitions[i].name;
	for (size_t i = 0; i < OPTION_SYNONYMS; i++)
		names[count++] = option_synonyms[i].name;
	names[count++] = "no-subreaper";
	names[count++] = "version";
	return nearest_name(name, names, count);
}

const char *option_name(enum option_id id)
{
	return definitions[id].name;
}

const struct option_definition *option_definition(enum option_id id)
{
	return &definitions[id];
}
