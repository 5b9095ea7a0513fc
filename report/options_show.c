/* options_show.c: see options_show.h. */
#include "options_show.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "memory.h"
#include "preload.h"

/* Writes a value as the grammar of GRIDLOCK_OPTIONS reads it: in quotes where it has to be; a part that holds one kind of quote in the other. */
static void write_value(FILE *out, const char *value)
{
	if (!value[strcspn(value, " ,\t\r\n\"'#")]) {
		fputs(value, out);
		return;
	}
	while (*value) {
		char quote = *value == '"' ? '\'' : '"';
		size_t length = strcspn(value, quote == '"' ? "\"" : "'");

		fprintf(out, "%c%.*s%c", quote, (int)length, value, quote);
		value += length;
	}
}

static void print_line(FILE *out, const char *name, const char *value, const char *origin)
{
	char *text;
	size_t size;
	FILE *line = open_memstream(&text, &size);

	if (!line)
		die("out of memory");
	fprintf(line, "%s%s=", *value ? "" : "# ", name);
	write_value(line, value);
	fclose(line);
	fprintf(out, "%-39s # %s\n", text, origin);
	free(text);
}

bool options_print(const struct options *options, FILE *out)
{
	for (int id = 0; id < OPTION_COUNT; id++) {
		const struct option_definition *definition = option_definition((enum option_id)id);

		if (!definition->help || id == OPTION_PRINT_OPTIONS)
			continue;
		if (options->of[id].count == 0)
			print_line(out, definition->name, "", "default");
		for (size_t i = 0; i < options->of[id].count; i++)
			print_line(out, definition->name, options->of[id].values[i], options->of[id].origins[i]);
	}
	return fflush(out) == 0 && !ferror(out);
}

/* Said by somebody, and of use without launcher? */
static bool of_use(const struct options *options, int id)
{
	const struct option_definition *definition = option_definition((enum option_id)id);

	if (!definition->help || options->of[id].count == 0)
		return false;
	return definition->type == LIST || strcmp(option_string(options, (enum option_id)id), definition->value) != 0;
}

int env_main(struct options *options, int count)
{
	char *library, *folder = getcwd(NULL, 0);
	const char *comma = "";

	if (count != 0)
		die("usage: gridlock env [OPTION...]; for the program of that name: gridlock -- env ...");
	library = preload_library();
	printf("LD_PRELOAD=%s\nGRIDLOCK_OPTIONS=", library);
	for (int id = 0; id < OPTION_COUNT; id++)
		for (size_t i = 0; of_use(options, id) && i < options->of[id].count; i++) {
			const char *value = options->of[id].values[i];

			printf("%s%s=", comma, option_name((enum option_id)id));
			write_value(stdout, option_anchored(options, (enum option_id)id, value, folder ? folder : "/"));
			comma = ",";
		}
	putchar('\n');
	free(library);
	free(folder);
	return fflush(stdout) == 0 ? 0 : EXIT_GRIDLOCK;
}
