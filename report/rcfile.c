/* rcfile.c: see rcfile.h. */
#include "rcfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"

#define NAME   ".gridlockrc"
#define BLANKS " \t\r\n"

char *rcfile_find(void)
{
	char *folder = getcwd(NULL, 0), *end;

	for (end = folder ? folder + strlen(folder) : NULL; end; end = strrchr(folder, '/')) {
		char *path;
		struct stat file;

		*end = '\0';
		path = printed("%s%s" NAME, folder, end > folder && end[-1] == '/' ? "" : "/");
		if (stat(path, &file) == 0 && S_ISREG(file.st_mode)) {
			free(folder);
			return path;
		}
		free(path);
	}
	free(folder);
	return NULL;
}

/* Takes quotes, what stands behind a comment's `#`, and blanks at the end that no quote protects off a text, in place. Returns the quote that is
 * left open, or '\0'. */
static char unquote(char *text)
{
	char quote = '\0', *to = text, *end = text;

	for (const char *from = text; *from; from++) {
		if (!quote && *from == '#' && (from == text || strchr(BLANKS, from[-1])))
			break;
		if (quote ? *from == quote : (*from == '"' || *from == '\''))
			quote = quote ? '\0' : *from;
		else
			*to++ = *from;
		if (quote || !strchr(BLANKS, *from))
			end = to;
	}
	*end = '\0';
	return quote;
}

static void read_line(struct options *options, char *line, const char *folder)
{
	char *value;

	line += strspn(line, BLANKS);
	if (*line == '\0' || *line == '#')
		return;
	value = strchr(line, '=');
	if (value) {
		*value++ = '\0';
		value += strspn(value, BLANKS);
		if (unquote(value))
			fprintf(stderr, "gridlock: warning: %s: a quote is left open\n", options->origin);
	}
	unquote(line);
	options_set_named(options, line, value, folder);
}

static FILE *open_file(const char *path)
{
	struct stat status;
	FILE *file = fopen(path, "re");

	if (!file || fstat(fileno(file), &status) != 0) {
		fprintf(stderr, "gridlock: warning: %s: %s\n", path, strerror(errno));
	} else if (status.st_uid != geteuid() && status.st_uid != 0) {
		fprintf(stderr, "gridlock: warning: %s is not read: it belongs to another user\n", path);
	} else {
		return file;
	}
	if (file)
		fclose(file);
	return NULL;
}

void rcfile_read(struct options *options, const char *path)
{
	FILE *file = open_file(path);
	char *line = NULL, *folder;
	size_t room = 0;

	if (!file)
		return;
	folder = strndup(path, (size_t)(strrchr(path, '/') - path));
	for (unsigned number = 1; getline(&line, &room, file) >= 0; number++) {
		options->origin = options_keep(options, printed("%s:%u", path, number));
		read_line(options, options_keep(options, copied(line)), folder);
	}
	free(line);
	free(folder);
	fclose(file);
}
