/* options: the first line is GRIDLOCK_OPTIONS, or a .gridlockrc with \v at the ends of its lines, each further line one word of the command line. The
 * first byte: do options end there, and which of the two is it? */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ended.h"
#include "report/options.h"

error_t __real_argp_parse(const struct argp *argp, int argc, char **argv, unsigned flags, int *index, void *input);
error_t __wrap_argp_parse(const struct argp *argp, int argc, char **argv, unsigned flags, int *index, void *input);

/* --help and what argp refuses end the program in libc, where nobody comes back from. */
error_t __wrap_argp_parse(const struct argp *argp, int argc, char **argv, unsigned flags, int *index, void *input)
{
	return __real_argp_parse(argp, argc, argv, flags | ARGP_NO_EXIT, index, input);
}

/* Every option has a value that can be asked for, whatever was said. */
static void ask(const struct options *options)
{
	for (int id = 0; id < OPTION_COUNT; id++) {
		if (strlen(option_string(options, (enum option_id)id)) == SIZE_MAX)
			abort();
		(void)option_number(options, (enum option_id)id);
		(void)option_flag(options, (enum option_id)id);
	}
}

/* Where the text can be read as a file. */
static int file_of(const char *text, char path[64])
{
	int fd = memfd_create("gridlockrc", 0);

	for (; *text; text++)
		if (write(fd, *text == '\v' ? "\n" : text, 1) != 1)
			abort();
	snprintf(path, 64, "/proc/self/fd/%d", fd);
	return fd;
}

static void try(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data + 1, size - 1), *words[33] = {text}, *rest = text;
	struct options options = {0};
	const char *variable = strsep(&rest, "\n");
	int count = 1, operands, fd;
	char path[64];
	bool dashes;

	fd = file_of(data[0] & 4 ? variable : "", path);
	options.file = data[0] & 4 ? path : NULL;
	while (rest && count < 32)
		words[count++] = strsep(&rest, "\n");
	operands = options_read(&options, count, words, data[0] & 2 ? variable : NULL, data[0] & 1, &dashes);
	if (operands < 0 || operands >= count || words[operands + 1])
		abort();
	ask(&options);
	options_free(&options);
	free(text);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int first; /* of the descriptors that an input uses, and leaves open when it ends the command */

	if (!first)
		close(first = dup(STDERR_FILENO));
	if (size)
		try_twice(try, data, size);
	for (int fd = first; fd < first + 4; fd++)
		close(fd);
	return 0;
}
