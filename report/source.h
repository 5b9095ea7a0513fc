/* source.h: lines of the user's source, for excerpts. */
#ifndef GRIDLOCK_SOURCE_H
#define GRIDLOCK_SOURCE_H

#include <stdio.h>

/* Writes line - 1 ... line + 1 of `file` to `stream`, each behind `indent`, the line itself marked; cut to `columns` in all, 0: not cut. Looks at the
 * recorded path, then for its tails under `root` (may be empty). Writes nothing when the source is not there, or newer than nothing can tell: an
 * excerpt is a help. */
void source_excerpt(FILE *stream, const char *indent, size_t columns, const char *file, unsigned line, const char *root);
/* The lines first ... last of `file`, looked for in the same way, each with its end. NULL: it is not there, or has no such line. To be freed. */
char *source_lines(const char *file, unsigned first, unsigned last, const char *root);
/* The path shortened for people: relative to `root` or to the working directory where it lies below. Valid until the next call. */
const char *source_path(const char *file, const char *root);

#endif
