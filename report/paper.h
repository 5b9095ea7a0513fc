/*
 * paper.h: what all reports in text are written with: colour, stacks, places, threads, locks, paragraphs.
 */
#ifndef GRIDLOCK_PAPER_H
#define GRIDLOCK_PAPER_H

#include <stdio.h>

#include "findings.h"

struct paper {
	FILE *stream;
	bool color;
	const char *root; /* --source-root */
	int width;
	bool terminal;
	struct short_name **shortened; /* of names; NULL: they are written in full */
};
/* As the options say for that descriptor; the stream is to be set. To be ended. */
struct paper paper_begun(int fd, const struct options *options);
void paper_over(const struct paper *paper);

/* A name, or a sentence with names, as it is to be written; valid until paper_over. */
const char *paper_text(const struct paper *paper, const char *text);
/* A sentence, indented by two; on a terminal broken at its width. */
void paper_sentence(const struct paper *paper, const char *sentence);

enum paint { PLAIN, BOLD, RED, YELLOW, CYAN, DIM };
/* The codes around what is painted; empty without colour. */
const char *paper_begin(const struct paper *paper, enum paint paint);
const char *paper_end(const struct paper *paper);
enum paint paper_of_level(enum level level);

/* A whole stack, with the source around its first line. NULL: says that there is none. */
void paper_stack(const struct paper *paper, const struct stack *stack);
/* "function, file:line" of its first frame. */
void paper_place(const struct paper *paper, const struct stack *stack);
/* "thread `name` (created in ...)". NULL: an unknown one. */
void paper_thread(const struct paper *paper, const struct thread *thread);
const char *paper_name(const struct thread *thread);
/* " to read" or " to write", of an rwlock; else nothing. */
const char *paper_mode(const struct acquisition *acquisition);
/* "Locks:" and what each of them is. */
void paper_locks(const struct paper *paper, const struct finding *finding);
/* "  Heading:     text", broken at the report's width. */
void paper_heading(const struct paper *paper, const char *heading, const char *words);

#endif
