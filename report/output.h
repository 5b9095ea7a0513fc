/* output.h: where reports go: formats, files, and the templates of their names. */
#ifndef GRIDLOCK_OUTPUT_H
#define GRIDLOCK_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "findings.h"
#include "options.h"

/* Last part of a path. */
const char *base_name(const char *path);

/* Writes all of it; -1 with errno. */
int output_all(int fd, const char *data, size_t size);

/* A report that is made in memory, so that a part of it is never written. */
struct output_text {
	FILE *stream;
	char *memory;
	size_t size;
};
/* False, with errno: no memory. It stays where it is until its end. */
bool output_begin(struct output_text *text);
/* Writes all of it to the descriptor, and frees it; -1 with errno. */
int output_end(struct output_text *text, int fd);

/* The file name that a template stands for; `counter` for %n. A wrong one ends the command. To be freed. */
char *output_name(const char *template, const char *program, unsigned counter);
/* Has the template a %n: then a name that is free is looked for. */
bool output_counts(const char *template);

/* One report to be written. */
struct output {
	int (*write)(int fd, const struct findings *findings, const struct options *options);
	char *path; /* NULL: the descriptor is not ours */
	int fd;
};
struct outputs {
	size_t count;
	struct output *list;
};

/* Opens everything that the options ask for: the text report first (to `fd` unless --log-path names a file, or `text` is false), then each
 * --output. `program` is for %e. Ends the command with a clear line when a format, a template or a file is wrong: before a program runs. */
struct outputs outputs_open(const struct options *options, const char *program, int fd, bool text);
/* Writes them all. False: some could not be written, said on stderr. */
bool outputs_write(struct outputs *outputs, const struct findings *findings, const struct options *options);
/* The writer of that format's name, or NULL. */
int (*output_format(const char *name))(int fd, const struct findings *findings, const struct options *options);
/* Of subcommands whose -o names one file: it, as the command line has it; elsewhere it is said where reports go. NULL: there is none. More than one ends the
 * command with `usage`. */
const char *output_typed(const struct options *options, const char *usage);
/* A file is written whole or not at all: under the name `beside` first, which replaces `path` in the end. Both end the command when they cannot. */
int output_beside(const char *path, const char *beside);
void output_in_place(const char *path, const char *beside, int fd);
/* Is the report to be made in that format? What only one shows is gathered for that one. */
bool output_is_asked_for(const struct options *options, const char *format);
/* "text, json ... and html", for messages. */
const char *output_format_names(void);

#endif
