/*
 * github.c: workflow commands of GitHub Actions, which become annotations; and, where $GITHUB_STEP_SUMMARY names a file, the job's summary in Markdown. Ten
 * annotations of a level are shown for a step, so there are ten at most, the worst first; the summary has all that fit.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "explain.h"
#include "findings.h"
#include "mermaid.h"
#include "options.h"
#include "output.h"
#include "sites.h"
#include "source.h"
#include "text.h"
#include "utf8.h"
#include "xml.h"

#define ANNOTATIONS  10u
#define SUMMARY_MOST (1000u << 10) /* bytes; GitHub takes 1 MiB */

/* ---- annotations ---- */

/* `special` as %XX, as the runner's toolkit does it; what would drive a terminal is not passed on. */
static void put_escaped(FILE *stream, const char *text, const char *special)
{
	for (size_t length; *text; text += length ? length : 1) {
		length = utf8_length(text);
		if (length == 1 && strchr(special, *text))
			fprintf(stream, "%%%02X", (unsigned char)*text);
		else if (!length || utf8_unseen(text, length))
			fputs(UTF8_REPLACEMENT, stream);
		else
			fwrite(text, length, 1, stream);
	}
}

static void put_property(FILE *stream, const char *name, const char *value)
{
	fprintf(stream, "%s=", name);
	put_escaped(stream, value, "%\r\n:,");
}

static void put_annotation(FILE *stream, const struct finding *finding, const char *root)
{
	const struct frame *frame = site_of(finding);

	fprintf(stream, "::%s ", finding->level == LEVEL_NOTE ? "notice" : level_name(finding->level));
	if (frame && frame->file) {
		put_property(stream, "file", source_path(frame->file, root));
		fprintf(stream, ",line=%u,", frame->line);
	}
	put_property(stream, "title", rules[finding->rule].name);
	fputs("::", stream);
	put_escaped(stream, finding->message, "%\r\n");
	fputs("%0A", stream);
	put_escaped(stream, explain_fix(finding), "%\r\n");
	fprintf(stream, "%%0A%s\n", finding->fingerprint);
}

static void put_annotations(FILE *stream, const struct findings *findings, const char *root)
{
	size_t left = ANNOTATIONS;

	for (size_t i = 0; i < findings->count && left; i++)
		if (site_is_new(&findings->list[i])) {
			put_annotation(stream, &findings->list[i], root);
			left--;
		}
}

/* ---- the summary ---- */

static void put_heading(FILE *stream, const struct findings *findings)
{
	const char *separator = "";

	fputs("## gridlock: ", stream);
	for (enum level level = LEVEL_ERROR; level >= LEVEL_NOTE; level--) {
		size_t count = findings_count_new(findings, level);

		if (count) {
			fprintf(stream, "%s%zu %s%s", separator, count, level_name(level), count == 1 ? "" : "s");
			separator = ", ";
		}
	}
	fprintf(stream, "%s\n\n", *separator ? "" : "no findings");
}

/* In tags, in which Markdown means nothing; the picture's labels have no character that means anything. */
static void put_summary_of(FILE *stream, const struct finding *finding, const struct options *options)
{
	char *text;
	size_t size;
	FILE *words = open_memstream(&text, &size);

	fprintf(stream, "### %s: %s\n\n<p>", level_name(finding->level), rules[finding->rule].name);
	xml_put(stream, finding->message);
	fputs("</p>\n\n", stream);
	if (mermaid_has(finding)) {
		fputs("```mermaid\n", stream);
		mermaid_chart(stream, finding);
		fputs("```\n\n", stream);
	}
	if (!words)
		return;
	text_finding(words, finding, options);
	fclose(words);
	fputs("<details><summary>The whole report</summary>\n\n<pre>", stream);
	xml_put(stream, text);
	fputs("</pre>\n\n</details>\n\n", stream);
	free(text);
}

/* The findings that are new, as long as there is room; then how many are not shown. */
static void put_summary(FILE *stream, const struct findings *findings, const struct options *options, size_t room)
{
	size_t left_out = 0;

	put_heading(stream, findings);
	for (size_t i = 0; i < findings->count; i++) {
		char *text;
		size_t size;
		FILE *one;

		if (!site_is_new(&findings->list[i]))
			continue;
		one = left_out ? NULL : open_memstream(&text, &size);
		if (!one) {
			left_out++;
			continue;
		}
		put_summary_of(one, &findings->list[i], options);
		fclose(one);
		if ((size_t)ftell(stream) + size < room)
			fwrite(text, size, 1, stream);
		else
			left_out++;
		free(text);
	}
	if (left_out)
		fprintf(stream, "%zu more: there is no room for them here.\n", left_out);
}

/* What stands in the file already is another step's or our own from before. */
static int write_summary(const char *path, const struct findings *findings, const struct options *options)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666), result = -1;
	struct stat status;
	struct output_text text;

	if (fd >= 0 && fstat(fd, &status) == 0 && output_begin(&text)) {
		put_summary(text.stream, findings, options, status.st_size < SUMMARY_MOST ? SUMMARY_MOST - (size_t)status.st_size : 0);
		result = output_end(&text, fd);
	}
	if (fd >= 0)
		close(fd);
	return result;
}

int github_write(int fd, const struct findings *findings, const struct options *options)
{
	const char *summary = getenv("GITHUB_STEP_SUMMARY");
	struct output_text text;
	int result;

	if (!output_begin(&text))
		return -1;
	put_annotations(text.stream, findings, option_string(options, OPTION_SOURCE_ROOT));
	result = output_end(&text, fd);
	if (result == 0 && summary && *summary)
		result = write_summary(summary, findings, options);
	return result;
}
