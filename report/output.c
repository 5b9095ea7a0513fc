/* output.c: see output.h. */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory.h"
#include "shard.h"

int output_all(int fd, const char *data, size_t size)
{
	while (size) {
		ssize_t written = write(fd, data, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -1;
		data += written;
		size -= (size_t)written;
	}
	return 0;
}

bool output_begin(struct output_text *text)
{
	text->stream = open_memstream(&text->memory, &text->size);
	return text->stream != NULL;
}

int output_end(struct output_text *text, int fd)
{
	int result = fclose(text->stream) == 0 ? output_all(fd, text->memory, text->size) : -1;

	free(text->memory);
	return result;
}

static const struct {
	const char *name;
	int (*write)(int fd, const struct findings *findings, const struct options *options);
} formats[] = {
#define FORMAT(name, help) {#name, name##_write},
#include "formats.def"
#undef FORMAT
};
#define FORMATS (sizeof(formats) / sizeof(formats[0]))

int (*output_format(const char *name))(int, const struct findings *, const struct options *)
{
	for (size_t i = 0; i < FORMATS; i++)
		if (strcmp(formats[i].name, name) == 0)
			return formats[i].write;
	return NULL;
}

bool output_is_asked_for(const struct options *options, const char *format)
{
	size_t length = strlen(format);

	for (size_t i = 0; i < options->of[OPTION_OUTPUT].count; i++)
		if (strncmp(options->of[OPTION_OUTPUT].values[i], format, length) == 0 &&
		    options->of[OPTION_OUTPUT].values[i][length] == ':')
			return true;
	return strcmp(option_string(options, OPTION_FORMAT), format) == 0;
}

const char *output_format_names(void)
{
	static char names[FORMATS * 16];

	*names = '\0';
	for (size_t i = 0; i < FORMATS; i++) {
		size_t used = strlen(names);

		snprintf(names + used, sizeof(names) - used, "%s%s", i == 0 ? "" : i + 1 < FORMATS ? ", " : " and ", formats[i].name);
	}
	return names;
}

/* ---- names ---- */

/* %q{VAR}: `at` stands on the q. Returns where it ends. */
static const char *add_variable(FILE *name, const char *template, const char *at)
{
	const char *close = at[1] == '{' ? strchr(at, '}') : NULL;
	char *variable;

	if (!close)
		die("%s: %%q needs a variable in braces: %%q{VAR}", template);
	variable = strndup(at + 2, (size_t)(close - at - 2));
	if (variable && getenv(variable))
		fputs(getenv(variable), name);
	free(variable);
	return close;
}

static void add_host(FILE *name)
{
	char host[256] = "";

	gethostname(host, sizeof(host) - 1);
	fputs(host, name);
}

char *output_name(const char *template, const char *program, unsigned counter)
{
	char *text;
	size_t size;
	FILE *name = open_memstream(&text, &size);

	if (!name)
		die("out of memory");
	for (const char *at = template; *at; at++) {
		if (*at != '%') {
			fputc(*at, name);
			continue;
		}
		switch (*++at) {
		case 'p':
			fprintf(name, "%d", (int)getpid());
			break;
		case 'e':
			fputs(base_name(program), name);
			break;
		case 'h':
			add_host(name);
			break;
		case 'n':
			fprintf(name, "%u", counter);
			break;
		case 'q':
			at = add_variable(name, template, at);
			break;
		case '%':
			fputc('%', name);
			break;
		default:
			die("%s: %%%c is no part of a file name; %%p %%e %%h %%n %%q{VAR} %%%% are", template, *at ? *at : ' ');
		}
	}
	fclose(name);
	return text;
}

bool output_counts(const char *template)
{
	for (; *template; template ++) {
		if (*template != '%')
			continue;
		template ++;
		if (*template == 'n' || *template == '\0')
			break;
	}
	return *template == 'n';
}

static void make_parents(const char *path)
{
	for (size_t i = 1; path[i]; i++) {
		char *parent = path[i] == '/' ? strndup(path, i) : NULL;

		if (parent)
			mkdir(parent, 0777);
		free(parent);
	}
}

static void open_file(struct output *output, const char *template, const char *program)
{
	bool free_name = output_counts(template);

	for (unsigned n = 0;; n++) {
		output->path = output_name(template, program, n);
		make_parents(output->path);
		output->fd = open(output->path, O_WRONLY | O_CREAT | O_CLOEXEC | (free_name ? O_EXCL : O_TRUNC), 0666);
		if (output->fd >= 0 || errno != EEXIST)
			break;
		free(output->path);
	}
	if (output->fd < 0)
		die("%s cannot be written: %s", output->path, strerror(errno));
}

static void add_output(struct outputs *outputs, struct output output)
{
	outputs->list = resized(outputs->list, outputs->count + 1, sizeof(*outputs->list));
	outputs->list[outputs->count++] = output;
}

static struct output open_output(const char *value, const char *program)
{
	const char *colon = strchr(value, ':');
	char *format = colon ? strndup(value, (size_t)(colon - value)) : copied(value);
	struct output output = {.write = output_format(format)};

	if (!output.write || !colon || !colon[1])
		die("-o %s: expected FORMAT:FILE; the formats are %s", value, output_format_names());
	free(format);
	if (output.write == jsonl_write && shard_is_gzip(colon + 1))
		output.write = jsonl_write_gzip;
	open_file(&output, colon + 1, program);
	return output;
}

struct outputs outputs_open(const struct options *options, const char *program, int fd, bool text)
{
	const char *log = option_string(options, OPTION_LOG_PATH);
	struct outputs outputs = {0};

	if (text) {
		struct output output = {.write = text_write, .fd = fd};

		if (*log)
			open_file(&output, log, program);
		add_output(&outputs, output);
	}
	for (size_t i = 0; i < options->of[OPTION_OUTPUT].count; i++)
		add_output(&outputs, open_output(options->of[OPTION_OUTPUT].values[i], program));
	return outputs;
}

bool outputs_write(struct outputs *outputs, const struct findings *findings, const struct options *options)
{
	bool whole = true;

	for (size_t i = 0; i < outputs->count; i++) {
		struct output *output = &outputs->list[i];
		bool written = output->write(output->fd, findings, options) == 0;

		if (output->path && close(output->fd) != 0)
			written = false;
		if (!written) {
			fprintf(stderr, "gridlock: %s cannot be written: %s\n", output->path ? output->path : "the report",
				strerror(errno));
			whole = false;
		}
		free(output->path);
	}
	free(outputs->list);
	return whole;
}

/* ---- one file ---- */

const char *output_typed(const struct options *options, const char *usage)
{
	const char *path = NULL;

	for (size_t i = 0; i < options->of[OPTION_OUTPUT].count; i++) {
		if (!option_typed(options, OPTION_OUTPUT, i))
			continue;
		if (path)
			die("%s", usage);
		path = options->of[OPTION_OUTPUT].values[i];
	}
	return path;
}

int output_beside(const char *path, const char *beside)
{
	int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	if (fd < 0)
		die("%s cannot be written: %s", path, strerror(errno));
	return fd;
}

void output_in_place(const char *path, const char *beside, int fd)
{
	if (close(fd) != 0 || rename(beside, path) != 0) {
		int error = errno;

		unlink(beside);
		die("%s cannot be written: %s", path, strerror(error));
	}
}
