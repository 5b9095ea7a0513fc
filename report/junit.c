/*
 * junit.c: a JUnit report, for Jenkins and GitLab: a test case for each finding, which fails when the run fails for it. GitLab drops test cases of one name, so
 * the fingerprint is in it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "findings.h"
#include "memory.h"
#include "options.h"
#include "output.h"
#include "sites.h"
#include "source.h"
#include "text.h"
#include "verdict.h"
#include "xml.h"

static void put_attribute(FILE *stream, const char *name, const char *value)
{
	fprintf(stream, " %s=\"", name);
	xml_put_value(stream, value);
	fputc('"', stream);
}

static void put_text(FILE *stream, const struct finding *finding, const struct options *options)
{
	char *text;
	size_t size;
	FILE *words = open_memstream(&text, &size);

	if (!words)
		die("out of memory");
	text_finding(words, finding, options);
	fclose(words);
	xml_put(stream, text);
	free(text);
}

static void put_place(FILE *stream, const struct finding *finding, const char *root)
{
	const struct frame *frame = site_of(finding);

	if (!frame || !frame->file)
		return;
	put_attribute(stream, "file", source_path(frame->file, root));
	fprintf(stream, " line=\"%u\"", frame->line);
}

static void put_finding(FILE *stream, const struct finding *finding, const struct options *options)
{
	const char *rule = rules[finding->rule].name;

	fprintf(stream, "  <testcase classname=\"gridlock.%s\" name=\"", rule);
	xml_put_value(stream, finding->message);
	fprintf(stream, " (%s)\" time=\"0\"", finding->fingerprint);
	put_place(stream, finding, option_string(options, OPTION_SOURCE_ROOT));
	fputs(">\n", stream);
	if (verdict_fails_for(finding, options)) {
		fprintf(stream, "   <failure type=\"%s\"", rule);
		put_attribute(stream, "message", finding->message);
		fputc('>', stream);
		put_text(stream, finding, options);
		fputs("</failure>\n", stream);
	} else if (!site_is_new(finding)) {
		fprintf(stream, "   <skipped message=\"%s\"/>\n", finding->suppressed ? "suppressed" : "known to the baseline");
	} else {
		fputs("   <system-out>", stream);
		put_text(stream, finding, options);
		fputs("</system-out>\n", stream);
	}
	fputs("  </testcase>\n", stream);
}

static void put_counts(FILE *stream, const struct findings *findings, const struct options *options)
{
	size_t failures = 0, skipped = 0;

	for (size_t i = 0; i < findings->count; i++) {
		failures += verdict_fails_for(&findings->list[i], options);
		skipped += !site_is_new(&findings->list[i]);
	}
	fprintf(stream, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\" time=\"0\">\n", findings->count ? findings->count : 1,
		failures, skipped);
}

int junit_write(int fd, const struct findings *findings, const struct options *options)
{
	struct output_text text;

	if (!output_begin(&text))
		return -1;
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n <testsuite name=\"gridlock\"", text.stream);
	put_counts(text.stream, findings, options);
	for (size_t i = 0; i < findings->count; i++)
		put_finding(text.stream, &findings->list[i], options);
	/* An empty suite is taken for a run that went wrong. */
	if (findings->count == 0)
		fputs("  <testcase classname=\"gridlock\" name=\"no findings\" time=\"0\"/>\n", text.stream);
	fputs(" </testsuite>\n</testsuites>\n", text.stream);
	return output_end(&text, fd);
}
