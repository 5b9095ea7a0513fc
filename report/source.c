/* source.c: see source.h. */
#include "source.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"

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

void source_excerpt(FILE *stream, const char *indent, const char *file, unsigned line, const char *root)
{
	FILE *source = open_source(file, root);
	char *text = NULL;
	size_t room = 0;

	if (!source)
		return;
	for (unsigned at = 1; at <= line + 1 && getline(&text, &room, source) >= 0; at++) {
		text[strcspn(text, "\r\n")] = '\0';
		if (at + 1 >= line)
			fprintf(stream, "%s%s%5u | %s\n", indent, at == line ? ">" : " ", at, text);
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
