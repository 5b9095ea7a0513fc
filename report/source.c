/* source.c: see source.h. */
#include "source.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"
#include "utf8.h"

/* Only what is a file: a pipe would wait for its writer, a device may have no end. */
static FILE *open_regular(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISREG(status.st_mode) ? fopen(path, "re") : NULL;
}

/* The file as recorded, or the longest tail of its path that exists under `root`. */
static FILE *open_source(const char *file, const char *root)
{
	FILE *source = open_regular(file);

	for (const char *tail = file; !source && *root && tail; tail = strchr(tail + 1, '/')) {
		char *path = printed("%s/%s", root, tail + (*tail == '/'));

		source = open_regular(path);
		free(path);
	}
	return source;
}

/* How many bytes of a line that begins in that column stand before column `end`: all of them, or as many as leave room for "...". A tab goes to the next
 * eighth column; a character takes one, and so does a byte that is none. */
static size_t fitting(const char *text, size_t column, size_t end)
{
	size_t fits = 0;

	for (size_t at = 0, length; text[at]; at += length) {
		length = utf8_length(text + at);
		length += length == 0;
		column = text[at] == '\t' ? column / 8 * 8 + 8 : column + 1;
		if (column + 3 <= end)
			fits = at + length;
		if (column > end)
			return fits;
	}
	return strlen(text);
}

void source_excerpt(FILE *stream, const char *indent, size_t columns, const char *file, unsigned line, const char *root)
{
	size_t before = strlen(indent) + strlen("> 1234 | "), room = 0;
	FILE *source = open_source(file, root);
	char *text = NULL;

	if (!source)
		return;
	for (unsigned at = 1; at <= line + 1 && getline(&text, &room, source) >= 0; at++) {
		size_t length = strcspn(text, "\r\n"), fits;

		text[length] = '\0';
		fits = columns ? fitting(text, before, columns) : length;
		if (at + 1 >= line)
			fprintf(stream, "%s%s%5u | %.*s%s\n", indent, at == line ? ">" : " ", at, (int)fits, text,
				fits < length ? "..." : "");
	}
	free(text);
	fclose(source);
}

char *source_lines(const char *file, unsigned first, unsigned last, const char *root)
{
	FILE *source = open_source(file, root), *stream;
	char *text = NULL, *lines = NULL;
	size_t room = 0, size = 0;

	if (!source)
		return NULL;
	stream = open_memstream(&lines, &size);
	if (!stream)
		die("out of memory");
	for (unsigned at = 1; at <= last && getline(&text, &room, source) >= 0; at++)
		if (at >= first)
			fputs(text, stream);
	fclose(stream);
	fclose(source);
	free(text);
	if (size)
		return lines;
	free(lines);
	return NULL;
}

static const char *below(const char *file, const char *folder)
{
	size_t length = strlen(folder);

	while (length && folder[length - 1] == '/')
		length--;
	return length && strncmp(file, folder, length) == 0 && file[length] == '/' ? file + length + 1 : NULL;
}

const char *source_path(const char *file, const char *root)
{
	static char here[4096];
	const char *shorter = *root ? below(file, root) : NULL;

	if (!shorter && !here[0] && !getcwd(here, sizeof(here)))
		return file;
	if (!shorter)
		shorter = below(file, here);
	return shorter ? shorter : file;
}
