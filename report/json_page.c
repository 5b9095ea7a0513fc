/* json_page.c: see json_page.h. */
#include "json_page.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "utf8.h"

json_t *json_text(const char *text)
{
	json_t *plain = text ? json_string(text) : json_null();
	char *clean, *at;

	if (plain)
		return plain;
	clean = at = malloc(strlen(text) * 3 + 1);
	if (!clean)
		return json_null();
	while (*text) {
		size_t length = utf8_length(text);

		memcpy(at, length ? text : UTF8_REPLACEMENT, length ? length : strlen(UTF8_REPLACEMENT));
		at += length ? length : strlen(UTF8_REPLACEMENT);
		text += length ? length : 1;
	}
	*at = '\0';
	plain = json_string(clean);
	free(clean);
	return plain;
}

static void flush(struct json_page *page)
{
	if (!page->error && output_all(page->fd, page->text, page->used) != 0)
		page->error = errno;
	page->used = 0;
}

static void put_char(struct json_page *page, char character)
{
	if (page->used == sizeof(page->text))
		flush(page);
	page->text[page->used++] = character;
}

/* For json_dump_callback. There is no end of a line inside of a string. */
static int put_text(const char *text, size_t size, void *ctx)
{
	struct json_page *page = ctx;

	for (size_t i = 0; i < size; i++) {
		put_char(page, text[i]);
		for (int space = 0; text[i] == '\n' && space < page->level; space++)
			put_char(page, ' ');
	}
	return page->error ? -1 : 0;
}

void json_page_put(struct json_page *page, const char *text)
{
	put_text(text, strlen(text), page);
}

void json_page_value(struct json_page *page, json_t *value)
{
	if ((!value ||
	     json_dump_callback(value, put_text, page, page->compact ? JSON_COMPACT | JSON_REAL_PRECISION(15) : JSON_INDENT(1)) != 0) &&
	    !page->error)
		page->error = ENOMEM;
	json_decref(value);
}

int json_page_end(struct json_page *page)
{
	flush(page);
	errno = page->error;
	return page->error ? -1 : 0;
}
