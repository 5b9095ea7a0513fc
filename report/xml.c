/* xml.c: see xml.h. */
#include "xml.h"

#include <stdbool.h>
#include <string.h>

#include "utf8.h"

static const char *entity(char character, bool in_value)
{
	switch (character) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\n':
		return in_value ? "&#10;" : "\n";
	case '\t':
		return in_value ? "&#9;" : "\t";
	default:
		return NULL;
	}
}

/* XML 1.0, section 2.2: not what lies below the space, nor U+FFFE and U+FFFF. */
static bool is_character(const char *text, size_t length)
{
	if (length == 3 && memcmp(text, "\xef\xbf", 2) == 0)
		return (unsigned char)text[2] < 0xbe;
	return length > 1 || (unsigned char)*text >= ' ';
}

static void put(FILE *stream, const char *text, bool in_value)
{
	for (size_t length; *text; text += length ? length : 1) {
		length = utf8_length(text);
		if (length == 1 && entity(*text, in_value))
			fputs(entity(*text, in_value), stream);
		else if (length && is_character(text, length))
			fwrite(text, length, 1, stream);
		else
			fputs(UTF8_REPLACEMENT, stream);
	}
}

void xml_put(FILE *stream, const char *text)
{
	put(stream, text, false);
}

void xml_put_value(FILE *stream, const char *text)
{
	put(stream, text, true);
}
