/*
 * json_page.h: a json document on its way to a file: text and values in turn, so that no more than one value of it is in memory. A finding with
 * its stacks takes 25 KiB, and there may be 100,000.
 */
#ifndef GRIDLOCK_JSON_PAGE_H
#define GRIDLOCK_JSON_PAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct json_page {
	int fd;
	int level;    /* of what is written: spaces at the beginning of a line */
	bool compact; /* each value on one line */
	int error;    /* errno of the first write that failed; 0: none */
	size_t used;
	char text[1 << 16];
};

void json_page_put(struct json_page *page, const char *text);
/* A value, which it lets go of; NULL: there was no memory for it. */
void json_page_value(struct json_page *page, json_t *value);
/* 0, or -1 with errno. */
int json_page_end(struct json_page *page);

/* A string; null for NULL. Text that is no UTF-8 (a path can be anything) is made so: jansson refuses it otherwise. */
json_t *json_text(const char *text);

#endif
