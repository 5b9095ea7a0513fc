/* options: the first line is GRIDLOCK_OPTIONS, each further line one word of the command line. The first byte: do options end there? */
#include <argp.h>
#include <stdlib.h>
#include <string.h>

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

static void try(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data + 1, size - 1), *words[33] = {text}, *rest = text;
	struct options options = {0};
	const char *variable = strsep(&rest, "\n");
	int count = 1, operands;
	bool dashes;

	while (rest && count < 32)
		words[count++] = strsep(&rest, "\n");
	operands = options_read(&options, count, words, data[0] & 2 ? variable : NULL, data[0] & 1, &dashes);
	if (operands < 0 || operands >= count || words[operands + 1])
		abort();
	ask(&options);
	options_free(&options);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return size ? try_twice(try, data, size) : 0;
}
