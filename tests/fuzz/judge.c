/* judge.c: see judge.h. */
#include "judge.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report/findings.h"
#include "report/memory.h"
#include "report/options.h"
#include "report/output.h"
#include "report/suppress.h"

static char folder[] = "/dev/shm/gridlock-fuzz.XXXXXX", image[64], list[64];
static struct options options;

void __wrap_die(const char *format, ...);

/* Whatever a recording says, it is no reason to end. */
void __wrap_die(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	abort();
}

/* ---- start ---- */

static void check(int wrong)
{
	if (wrong)
		abort();
}

static void clean_up(void)
{
	unlink(image);
	unlink(list);
	rmdir(folder);
}

static void write_file(const char *path, const void *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	check(fd < 0 || output_all(fd, data, size) != 0 || close(fd) != 0);
}

static void start(void)
{
	static const char entries[] = "deadlock:work_*\nmutex:^alpha$\nlock:pool\nrule:cycle-gated\n";
	char name[] = "gridlock", variable[128], *words[] = {name, NULL};

	check(!mkdtemp(folder));
	atexit(clean_up);
	snprintf(image, sizeof(image), "%s/image.1.0", folder);
	snprintf(list, sizeof(list), "%s/list", folder);
	/* With what html alone asks for; a layout for every recording would take longer than all else. */
	snprintf(variable, sizeof(variable), "suppressions=%s format=html gen-suppressions=all", list);
	setenv("PATH", "/nonexistent", 1);
	write_file(list, entries, sizeof(entries) - 1);
	options_read(&options, 1, words, variable, false, NULL);
}

/* ---- one recording ---- */

static void check_json(int fd)
{
	size_t size = (size_t)lseek(fd, 0, SEEK_END);
	void *text = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	json_t *document;

	check(text == MAP_FAILED);
	document = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
	check(!document);
	json_decref(document);
	munmap(text, size);
}

static void write_format(const char *name, const struct findings *findings)
{
	int (*write_it)(int, const struct findings *, const struct options *) = output_format(name);
	int fd = memfd_create(name, MFD_CLOEXEC);

	check(fd < 0 || write_it(fd, findings, &options) != 0);
	if (strcmp(name, "json") == 0)
		check_json(fd);
	close(fd);
}

void judge_recording(const uint8_t *data, size_t size)
{
	static const char *const formats[] = {
#define FORMAT(name, help) #name,
#include "report/formats.def"
#undef FORMAT
	};
	struct suppressions *suppressions;
	struct findings *findings;
	char *error = NULL;

	if (!image[0])
		start();
	write_file(image, data, size);
	suppressions = suppressions_read(&options);
	findings = findings_build(folder, &options, &error);
	check(!findings);
	suppressions_apply(suppressions, findings);
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		write_format(formats[i], findings);
	suppressions_free(suppressions);
	findings_free(findings);
}
