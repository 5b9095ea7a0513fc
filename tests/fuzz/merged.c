/*
 * merged: a file of records (JSON Lines), as `gridlock report` and `gridlock merge` read it. It may end the command, with a line of its own; else every
 * output format can write what it says.
 *
 * Inputs that are broken anywhere are refused early. So most mutations keep the file's shape: a value takes the place of another one, a line goes or
 * comes twice, and the last line counts them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ended.h"
#include "report/findings.h"
#include "report/merge.h"
#include "report/options.h"
#include "report/output.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t room);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed);

/* ---- one file ---- */

static void write_all(const struct findings *findings, const struct options *options)
{
	static const char *const formats[] = {
#define FORMAT(name, help) #name,
#include "report/formats.def"
#undef FORMAT
	};

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		int (*write_it)(int, const struct findings *, const struct options *) = output_format(formats[i]);
		int fd = memfd_create(formats[i], 0);

		if (fd < 0 || write_it(fd, findings, options) != 0)
			abort();
		close(fd);
	}
}

static void try(const uint8_t *data, size_t size)
{
	int fd = memfd_create("records", 0);
	char path[64], name[] = "gridlock", variable[] = "format=html gen-suppressions=all output=jsonl:/dev/null",
		       *operands[] = {path, NULL};
	char *words[] = {name, NULL}, *error = NULL;
	struct options options = {0};
	struct findings *findings;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	options_read(&options, 1, words, variable, false, NULL);
	findings = findings_build(path, &options, &error);
	if (!findings)
		abort();
	write_all(findings, &options);
	findings_free(findings);
	merge_main(&options, 1, operands);
	options_free(&options);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int first;

	if (!first) {
		setenv("PATH", "/nonexistent", 1);
		close(first = dup(STDERR_FILENO));
	}
	try_twice(try, data, size);
	for (int fd = first; fd < first + 8; fd++)
		close(fd);
	return 0;
}

/* ---- mutations ---- */

struct span {
	size_t start, length;
};

/* The value that begins next behind a place: a string, a number, a word. Length 0: none. */
static struct span value_at(const uint8_t *data, size_t size, size_t from)
{
	size_t start = from, end;

	while (start < size && data[start] != ':' && data[start] != '[' && data[start] != ',')
		start++;
	end = ++start;
	if (start >= size)
		return (struct span){0, 0};
	if (data[start] == '"') {
		for (end++; end < size && data[end] != '"'; end++)
			end += data[end] == '\\';
		return (struct span){start, end < size ? end + 1 - start : 0};
	}
	while (end < size && !strchr(",]}\n", data[end]))
		end++;
	return (struct span){start, end - start};
}

static size_t put(uint8_t *data, size_t size, size_t room, struct span old, const void *new, size_t length)
{
	if (size - old.length + length > room)
		return size;
	memmove(data + old.start + length, data + old.start + old.length, size - old.start - old.length);
	memcpy(data + old.start, new, length);
	return size - old.length + length;
}

static size_t other_value(uint8_t *data, size_t size, size_t room)
{
	static const char *const values[] = {"0",  "-1",   "18446744073709551615", "1e308",	 "\"\"", "null", "[]",
					     "{}", "true", "\"exclusive\"",	   "\"\\u0000\""};
	struct span old = value_at(data, size, (size_t)rand() % size), from = value_at(data, size, (size_t)rand() % size);
	const char *value = values[(size_t)rand() % (sizeof(values) / sizeof(values[0]))];
	uint8_t copy[512];

	if (rand() % 3 == 0)
		return put(data, size, room, old, value, strlen(value));
	if (from.length > sizeof(copy))
		return size;
	memcpy(copy, data + from.start, from.length);
	return put(data, size, room, old, copy, from.length);
}

/* Without a line, or with one twice. */
static size_t other_lines(uint8_t *data, size_t size, size_t room)
{
	size_t start = (size_t)rand() % size, end = start;
	uint8_t copy[4096];

	while (start > 0 && data[start - 1] != '\n')
		start--;
	while (end < size && data[end] != '\n')
		end++;
	end += end < size;
	if (rand() % 4)
		return put(data, size, room, (struct span){start, end - start}, "", 0);
	if (end - start > sizeof(copy))
		return size;
	memcpy(copy, data + start, end - start);
	return put(data, size, room, (struct span){start, 0}, copy, end - start);
}

/* The last line says how many there are. */
static size_t counted(uint8_t *data, size_t size, size_t room)
{
	static const char begin[] = "{\"kind\":\"end\"";
	size_t lines = 0, start = size;
	char last[64];

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	start -= start > 0 && data[start - 1] == '\n';
	while (start > 0 && data[start - 1] != '\n')
		start--;
	if (size - start < sizeof(begin) - 1 || memcmp(data + start, begin, sizeof(begin) - 1) != 0)
		return size;
	snprintf(last, sizeof(last), "{\"kind\":\"end\",\"records\":%zu}\n", lines - 1);
	return put(data, size, room, (struct span){start, size - start}, last, strlen(last));
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed)
{
	srand(seed);
	if (size == 0 || rand() % 8 == 0)
		return LLVMFuzzerMutate(data, size, room);
	for (int times = 1 + rand() % 4; times > 0 && size; times--)
		size = rand() % 4 ? other_value(data, size, room) : other_lines(data, size, room);
	return counted(data, size, room);
}
