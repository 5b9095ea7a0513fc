/* template: a template of a file name, and a value for -o in front of it. No file is opened. */
#include <stdlib.h>
#include <string.h>

#include "ended.h"
#include "report/output.h"

static void try(const uint8_t *data, size_t size)
{
	char *template = strndup((const char *)data, size), *name = output_name(template, "/usr/bin/some program", 7);

	if (!strchr(template, '%') && strcmp(name, template) != 0)
		abort();
	(void)output_counts(template);
	free(name);
	free(template);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return try_twice(try, data, size);
}
