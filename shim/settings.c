/* settings.c: see settings.h. */
#include "settings.h"

#include <stdlib.h>
#include <string.h>

struct settings settings = {.exitcode = 66};

enum option {
#define OPTION(id, name, type, value, arg, help) OPTION_##id,
#include "graph/options.def"
#undef OPTION
	OPTION_COUNT
};
static const char *const names[] = {
#define OPTION(id, name, type, value, arg, help) name,
#include "graph/options.def"
#undef OPTION
};
/* Other tools' names for the same things. */
static const struct {
	const char *name;
	enum option option;
} synonyms[] = {{"exitcode", OPTION_ERROR_EXITCODE}, {"halt-on-error", OPTION_ON_DEADLOCK}};

static bool same_name(const char *option, const char *name, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (option[i] != (name[i] == '_' ? '-' : name[i]))
			return false;
	return option[length] == '\0';
}

static enum option option_find(const char *name, size_t length)
{
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (same_name(names[i], name, length))
			return (enum option)i;
	for (size_t i = 0; i < sizeof(synonyms) / sizeof(synonyms[0]); i++)
		if (same_name(synonyms[i].name, name, length))
			return synonyms[i].option;
	return OPTION_COUNT;
}

/* Not atoi: a newer glibc's headers bind that to strtol's C23 form, which older ones do not have. */
static int number(const char *digits)
{
	int value = 0;

	while (*digits >= '0' && *digits <= '9' && value < 1000)
		value = 10 * value + (*digits++ - '0');
	return value;
}

static void set(enum option option, const char *value)
{
	switch (option) {
	case OPTION_RECORD:
		strcpy(settings.record, value);
		break;
	case OPTION_STEER:
		strcpy(settings.steer, value);
		break;
	case OPTION_COMMAND:
		strcpy(settings.command, value);
		break;
	case OPTION_ON_DEADLOCK:
		settings.on_deadlock = !strcmp(value, "report") || !strcmp(value, "0") ? ON_DEADLOCK_REPORT
				       : !strcmp(value, "abort")		       ? ON_DEADLOCK_ABORT
										       : ON_DEADLOCK_EXIT;
		break;
	case OPTION_ERROR_EXITCODE:
		settings.exitcode = number(value);
		break;
	case OPTION_LAUNCHED:
		settings.launched = strcmp(value, "0") != 0;
		break;
	case OPTION_WITNESS:
		settings.witness = strcmp(value, "0") != 0;
		break;
	case OPTION_STATS:
		settings.stats = strcmp(value, "0") != 0;
		break;
	case OPTION_IDENTITY:
		settings.identity_table = !strcmp(value, "table");
		break;
	default:
		break;
	}
}

static bool ends_option(char c)
{
	return c == '\0' || c == ' ' || c == ',' || c == '\t' || c == '\n';
}

/* Copies one value without its quotes into `value`; returns where it ends. A value that is too long is cut. */
static const char *read_value(const char *text, char *value, size_t room)
{
	size_t used = 0;
	char quote = '\0';

	for (; *text && (quote || !ends_option(*text)); text++) {
		if (quote ? *text == quote : (*text == '"' || *text == '\''))
			quote = quote ? '\0' : *text;
		else if (used + 1 < room)
			value[used++] = *text;
	}
	value[used] = '\0';
	return text;
}

void settings_read(const char *text)
{
	char value[sizeof(settings.record)];

	while (text && *text) {
		size_t length = 0;
		enum option option;

		if (ends_option(*text)) {
			text++;
			continue;
		}
		while (!ends_option(text[length]) && text[length] != '=')
			length++;
		option = option_find(text, length);
		text += length;
		strcpy(value, "1");
		if (*text == '=')
			text = read_value(text + 1, value, sizeof(value));
		set(option, value);
	}
}
