/*
 * page.h: what the HTML report is written with. Names of functions, files, threads, locks and programs may be anything: all text goes through
 * page_text, the one place that escapes, and markup is written in this program.
 */
#ifndef GRIDLOCK_PAGE_H
#define GRIDLOCK_PAGE_H

#include <stdio.h>

#include "findings.h"

struct page {
	FILE *stream;
	const char *root; /* --source-root */
	const struct findings *findings;
	size_t cards;		     /* the first so many of them have one */
	const struct survey *survey; /* of them; an empty one where none was made */
	struct deadlocks deadlocks;  /* of them */
};

/* Text as it is shown, in an element or in an attribute between double quotes. What is no UTF-8, no character to be seen, or turns the direction
 * of what follows, becomes U+FFFD. */
void page_text(const struct page *page, const char *text);
/* The same with at most `characters`: of a longer one its beginning, an ellipsis and its end. */
void page_short(const struct page *page, const char *text, size_t characters);
size_t page_characters(const char *text);
/* Markup, in which each % stands for the next text. */
#define page_put(page, ...) page_put_texts(page, __VA_ARGS__, (const char *)0)
void page_put_texts(const struct page *page, const char *markup, ...) __attribute__((sentinel));
/* Markup in which % stands for a number. */
void page_count(const struct page *page, const char *markup, uint64_t number);
/* Text in which `names` are code. */
void page_story(const struct page *page, const char *text);

/* ---- what a program consists of ---- */

/* As code; a very long one in a frame of its own that scrolls. */
void page_name(const struct page *page, const char *name);
/* "function, file:line" of the innermost frame. */
void page_place(const struct page *page, const struct stack *stack);
/* All frames, the innermost with its source. NULL: says that there is none. */
void page_stack(const struct page *page, const struct stack *stack);
/* "thread name, of process 7, created in ...". NULL: an unknown one. */
void page_thread(const struct page *page, const struct thread *thread, bool with_process);
const char *page_thread_name(const struct thread *thread);
/* A button that copies the element before it. */
void page_copy(const struct page *page);

#endif
