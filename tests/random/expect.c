/* expect.c: see expect.h. */
#include "expect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static FILE *lines;

void expect_init(const char *path)
{
	if (!path)
		return;
	lines = fopen(path, "we");
	must_be(lines != NULL, true, "opening what is expected", __LINE__);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void expect(const char *rule, const char *level, struct lock *const *locks, unsigned count)
{
	const char *names[8];

	if (!lines)
		return;
	for (unsigned i = 0; i < count; i++)
		names[i] = locks[i]->name;
	qsort(names, count, sizeof(names[0]), by_name);
	fprintf(lines, "%s %s", rule, level);
	for (unsigned i = 0; i < count; i++)
		fprintf(lines, " %s", names[i]);
	fprintf(lines, "\n");
}

void expect_fini(void)
{
	if (lines)
		must(fclose(lines));
	lines = NULL;
}
