/* baseline.c: see baseline.h. */
#include "baseline.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fingerprints.h"
#include "memory.h"
#include "output.h"
#include "suppress.h"

/* Of the file's form; that of the fingerprints is in each of them. */
#define FORM 1

struct entry {
	const char *fingerprint, *rule; /* the document's */
	bool found;
};
struct baseline {
	char *path;
	json_t *document;
	const json_t *findings;
	size_t count;
	struct entry *entries; /* sorted; each fingerprint once */
};

/* ---- reading ---- */

/* Ends the command when the fingerprint is none, or none of ours. */
static void check_fingerprint(const char *path, size_t number, const char *fingerprint)
{
	if (fingerprint && fingerprint_is(fingerprint))
		return;
	if (fingerprint && fingerprint[0] == 'v' && fingerprint[1] >= '0' && fingerprint[1] <= '9' && strncmp(fingerprint, "v1:", 3) != 0)
		die("%s: '%s' is a fingerprint of a version that gridlock " VERSION
		    " does not make; write the baseline anew: gridlock baseline "
		    "RUN -o %s",
		    path, fingerprint, path);
	die("%s: finding %zu has no fingerprint: expected v1: and 16 hex digits", path, number);
}

static void check(const struct baseline *baseline)
{
	const json_t *form = json_object_get(baseline->document, "gridlock-baseline");

	if (!json_is_integer(form) || !json_is_array(baseline->findings))
		die("%s is no baseline: `gridlock baseline RUN -o FILE` makes one", baseline->path);
	if (json_integer_value(form) != FORM)
		die("%s has a form that gridlock " VERSION " does not know; write it anew: gridlock baseline RUN -o %s", baseline->path,
		    baseline->path);
	for (size_t i = 0; i < json_array_size(baseline->findings); i++)
		check_fingerprint(baseline->path, i + 1,
				  json_string_value(json_object_get(json_array_get(baseline->findings, i), "fingerprint")));
}

static int compare_entries(const void *left, const void *right)
{
	return strcmp(((const struct entry *)left)->fingerprint, ((const struct entry *)right)->fingerprint);
}

static void sort_entries(struct baseline *baseline)
{
	size_t count = json_array_size(baseline->findings);

	baseline->entries = new_zeroed(count + 1, sizeof(*baseline->entries));
	for (size_t i = 0; i < count; i++) {
		const json_t *finding = json_array_get(baseline->findings, i);
		const char *rule = json_string_value(json_object_get(finding, "rule"));

		baseline->entries[i].fingerprint = json_string_value(json_object_get(finding, "fingerprint"));
		baseline->entries[i].rule = rule ? rule : "no rule";
	}
	qsort(baseline->entries, count, sizeof(*baseline->entries), compare_entries);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || compare_entries(&baseline->entries[i], &baseline->entries[baseline->count - 1]) != 0)
			baseline->entries[baseline->count++] = baseline->entries[i];
}

struct baseline *baseline_read(const struct options *options)
{
	const char *path = option_string(options, OPTION_BASELINE);
	struct baseline *baseline;
	json_error_t error;

	if (!*path)
		return NULL;
	if (access(path, R_OK) != 0)
		die("--baseline=%s: %s", path, strerror(errno));
	baseline = new_zeroed(1, sizeof(*baseline));
	baseline->path = copied(path);
	baseline->document = json_load_file(path, 0, &error);
	if (!baseline->document)
		die("--baseline=%s:%d: %s", path, error.line, error.text);
	baseline->findings = json_object_get(baseline->document, "findings");
	check(baseline);
	sort_entries(baseline);
	return baseline;
}

void baseline_free(struct baseline *baseline)
{
	if (!baseline)
		return;
	json_decref(baseline->document);
	free(baseline->entries);
	free(baseline->path);
	free(baseline);
}

/* ---- applying ---- */

void baseline_apply(struct baseline *baseline, struct findings *findings, const struct options *options)
{
	if (!baseline)
		return;
	for (size_t i = 0; i < findings->count; i++) {
		struct entry key = {.fingerprint = findings->list[i].fingerprint};
		struct entry *entry = bsearch(&key, baseline->entries, baseline->count, sizeof(key), compare_entries);

		findings->list[i].baseline = entry ? BASELINE_KNOWN : BASELINE_NEW;
		if (entry)
			entry->found = true;
	}
	for (size_t i = 0; i < baseline->count && !option_flag(options, OPTION_AT_EXIT); i++)
		if (!baseline->entries[i].found)
			findings_remark(findings, printed("warning: stale in the baseline %s: %s (%s) is no longer found", baseline->path,
							  baseline->entries[i].fingerprint, baseline->entries[i].rule));
}

/* ---- writing ---- */

static int compare_texts(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* The functions in which it happens, for whoever reads the file: as stable as the fingerprint is. A ring has no first link: sorted. */
static json_t *places(const struct finding *finding)
{
	const char **names = new_zeroed(finding->links_count + finding->stacks_count, sizeof(*names));
	json_t *array = json_array();
	size_t count = 0;

	for (size_t i = 0; i < finding->links_count; i++)
		if (finding->links[i].wanted.stack && finding->links[i].wanted.stack->count)
			names[count++] = finding->links[i].wanted.stack->frames[0].function;
	for (size_t i = 0; i < finding->stacks_count; i++)
		if (finding->stacks[i].stack && finding->stacks[i].stack->count)
			names[count++] = finding->stacks[i].stack->frames[0].function;
	if (count)
		qsort(names, count, sizeof(*names), compare_texts);
	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, json_stringn_nocheck(names[i], strlen(names[i])));
	free(names);
	return array;
}

static void write_entry(FILE *stream, const struct finding *finding, bool first)
{
	json_t *entry =
		json_pack("{s:s, s:s, s:o}", "fingerprint", finding->fingerprint, "rule", rules[finding->rule].name, "in", places(finding));
	/* A name that is no UTF-8 is left out: jansson refuses it. */
	char *text = entry ? json_dumps(entry, JSON_COMPACT) : NULL;

	if (text)
		fprintf(stream, "%s\n%s", first ? "" : ",", text);
	else
		fprintf(stream, "%s\n{\"fingerprint\":\"%s\",\"rule\":\"%s\"}", first ? "" : ",", finding->fingerprint,
			rules[finding->rule].name);
	free(text);
	json_decref(entry);
}

int baseline_write(int fd, const struct findings *findings)
{
	struct fingerprints all = fingerprints_of(findings);
	char *text;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	int result;

	if (!stream)
		die("out of memory");
	fprintf(stream, "{\"gridlock-baseline\": %d, \"findings\": [", FORM);
	for (size_t i = 0; i < all.count; i++)
		write_entry(stream, all.list[i], i == 0);
	fputs(all.count ? "\n]}\n" : "]}\n", stream);
	fclose(stream);
	result = output_all(fd, text, size);
	free(text);
	fingerprints_free(&all);
	return result;
}

/* ---- the subcommands ---- */

struct findings *baseline_findings(const char *run, const struct options *options)
{
	struct suppressions *suppressions = suppressions_read(options);
	char *error = NULL;
	struct findings *findings = findings_build(run, options, &error);

	if (!findings)
		die("%s", error);
	if (findings->processes == 0)
		die("%s holds no recording that can be read", run);
	suppressions_apply(suppressions, findings);
	suppressions_free(suppressions);
	return findings;
}

static const char usage[] = "usage: gridlock baseline RUN [-o FILE]";

static void write_file(const char *path, const struct findings *findings)
{
	char *beside = printed("%s.new", path);
	int fd = output_beside(path, beside);

	if (baseline_write(fd, findings) != 0) {
		int error = errno;

		unlink(beside);
		die("%s cannot be written: %s", path, strerror(error));
	}
	output_in_place(path, beside, fd);
	free(beside);
}

int baseline_main(const struct options *options, int count, char **operands)
{
	const char *path = output_typed(options, usage);
	struct findings *findings;

	if (count != 1)
		die("%s", usage);
	findings = baseline_findings(operands[0], options);
	if (path)
		write_file(path, findings);
	else if (baseline_write(STDOUT_FILENO, findings) != 0)
		die("the baseline cannot be written: %s", strerror(errno));
	findings_free(findings);
	return 0;
}
