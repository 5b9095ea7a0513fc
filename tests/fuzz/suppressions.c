/* suppressions: a file of suppressions, applied to findings of every shape; and each of its lines as a pattern for each other one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ended.h"
#include "report/memory.h"
#include "report/suppress.h"

static struct frame frames[] = {
	{.function = "work_one(int)", .file = "/src/a.c", .line = 1, .module = "/usr/lib/liba.so"},
	{.function = "??", .module = "??", .inlined = true},
	{.function = "std::mutex::lock()", .file = "", .module = ""},
};
static struct stack stack = {.count = 3, .frames = frames}, empty;
static struct lock lock = {.id = "L1", .name = "cache_lock", .kind = "mutex"};
static const struct lock *locks[] = {&lock};
static struct link links[] = {{
	.held = {.lock = &lock, .mode = "exclusive", .how = "blocking", .stack = &stack},
	.wanted = {.lock = &lock, .mode = "shared", .how = "try"},
}};
static struct labelled_stack labelled[] = {{.label = "acquired here", .stack = &empty}, {.label = "unlocked here", .stack = &stack}};
static char fingerprint[] = "v1:0123456789abcdef";
static struct finding list[] = {
	{.rule = 9, .fingerprint = fingerprint, .locks_count = 1, .locks = locks, .links_count = 1, .links = links},
	{.rule = 10, .fingerprint = fingerprint, .locks_count = 1, .locks = locks, .stacks_count = 2, .stacks = labelled},
	{.rule = 0, .fingerprint = fingerprint},
};

static void try(const uint8_t *data, size_t size)
{
	struct findings findings = {.list = list, .count = sizeof(list) / sizeof(list[0])};
	int fd = memfd_create("suppressions", 0);
	char variable[64], name[] = "gridlock", *words[] = {name, NULL};
	struct suppressions *suppressions;
	struct options options = {0};

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(variable, sizeof(variable), "suppressions=/proc/self/fd/%d", fd);
	options_read(&options, 1, words, variable, false, NULL);
	suppressions = suppressions_read(&options);
	suppressions_apply(suppressions, &findings);
	for (size_t i = 0; i < findings.remarks_count; i++)
		free(findings.remarks[i]);
	free(findings.remarks);
	suppressions_free(suppressions);
	options_free(&options);
	close(fd);
}

static void match(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size), *rest = text, *pattern = strsep(&rest, "\n"), *name = strsep(&rest, "\n");

	if (name && suppression_matches(pattern, name) && suppression_matches("^$", pattern) && *pattern)
		abort();
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int first; /* of the descriptors that an input uses, and leaves open when it ends the command */

	if (!first)
		close(first = dup(STDERR_FILENO));
	match(data, size);
	try_twice(try, data, size);
	for (int fd = first; fd < first + 4; fd++)
		close(fd);
	return 0;
}
