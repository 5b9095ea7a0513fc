/* shorten.c: see shorten.h. */
#include "shorten.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

/* Behind the bracket that closes the one at `open`; NULL: none does. */
static const char *behind(const char *open)
{
	int depth = 0;

	for (const char *at = open; *at; at++) {
		depth += *at == '<' || *at == '(';
		depth -= (*at == '>' && at[-1] != '-') || *at == ')';
		if (depth == 0)
			return at + 1;
	}
	return NULL;
}

/* Does the text go on with those words? Then *at is behind them. */
static bool past(const char **at, const char *words)
{
	size_t length = strlen(words);

	if (strncmp(*at, words, length) != 0)
		return false;
	*at += length;
	return true;
}

static bool past_std(const char **at)
{
	return past(at, "std::__cxx11::") || past(at, "std::__1::") || past(at, "std::");
}

/* A template argument that is what it is by default, with the comma before it. */
static bool past_default(const char **at)
{
	static const char *const names[] = {"allocator<", "char_traits<", "less<", "hash<", "equal_to<", "default_delete<"};
	const char *here = *at, *end;

	if (!past(&here, ", ") || !past_std(&here))
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strncmp(here, names[i], strlen(names[i])) == 0) {
			end = behind(here + strlen(names[i]) - 1);
			*at = end ? end : *at;
			return end != NULL;
		}
	return false;
}

/* std::basic_string<char, ...>, as "string". */
static const char *past_string(const char **at)
{
	const char *here = *at;

	if (!past(&here, "basic_string<char") && !past(&here, "basic_string_view<char"))
		return NULL;
	while (past_default(&here))
		;
	here += strspn(here, " ");
	if (*here != '>')
		return NULL;
	here++;
	if (strncmp(*at, "basic_string_view", 17) == 0) {
		*at = here;
		return "string_view";
	}
	*at = here;
	return "string";
}

char *shorten(const char *text)
{
	char *room = new_zeroed(1, strlen(text) + 1), *to = room;
	int depth = 0; /* of template arguments */

	for (const char *at = text; *at;) {
		const char *name;

		if (past_default(&at))
			continue;
		if (past_std(&at)) {
			to = stpcpy(to, "std::");
			name = past_string(&at);
			if (name)
				to = stpcpy(to, name);
			continue;
		}
		/* "> >", and what a default has left. */
		if (*at == ' ' && at[1] == '>' && depth > 0) {
			at++;
			continue;
		}
		depth += *at == '<';
		depth -= *at == '>' && depth > 0;
		*to++ = *at++;
	}
	*to = '\0';
	if (strcmp(room, text) != 0)
		return room;
	free(room);
	return NULL;
}

/* What lies between the brackets, from behind `open`, becomes "...". Returns where they close, NULL: nothing was done. */
static char *hide(char *open)
{
	char *close = (char *)(size_t)behind(open);

	if (!close || close - open < 6)
		return close;
	memmove(open + 4, close - 1, strlen(close - 1) + 1);
	memcpy(open + 1, "...", 3);
	return open + 5;
}

/* Where the parameters begin: the bracket of the last pair. NULL: there is none. */
static char *parameters(char *function)
{
	char *close = strrchr(function, ')');
	int depth = 0;

	for (char *at = close; at && at >= function; at--) {
		depth += *at == ')';
		depth -= *at == '(';
		if (depth == 0)
			return at;
	}
	return NULL;
}

void shorten_to_fit(char *function, size_t room)
{
	char *open = strlen(function) > room ? parameters(function) : NULL;

	if (open)
		hide(open);
	for (char *at = strchr(function, '<'); at && strlen(function) > room; at = at ? strchr(at, '<') : NULL)
		at = at > function && strncmp(at - (at - function < 8 ? at - function : 8), "operator", 8) == 0 ? at + 1 : hide(at);
}
