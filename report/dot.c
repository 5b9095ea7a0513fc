/*
 * dot.c: the rings of all findings as pictures for Graphviz: threads are boxes, locks ovals; `waits for` is dashed, `held by` solid and bold. One
 * graph; a cluster for each finding.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "findings.h"
#include "output.h"
#include "picture.h"
#include "utf8.h"

/* A string of the dot language: only the quote ends it, a backslash makes something of what follows, and entities of HTML are read. */
static void put_string(FILE *stream, const char *text)
{
	fputc('"', stream);
	for (size_t length; *text; text += length ? length : 1) {
		length = utf8_length(text);
		if (!length)
			fputs(UTF8_REPLACEMENT, stream);
		else if (*text == '&')
			fputs("&amp;", stream);
		else if (*text == '"' || *text == '\\')
			fprintf(stream, "\\%c", *text);
		else if ((unsigned char)*text >= ' ')
			fwrite(text, length, 1, stream);
	}
	fputc('"', stream);
}

static void put_thread(FILE *stream, size_t finding, size_t i, const struct link *link)
{
	fprintf(stream, "    f%zut%zu [class=\"thread\", shape=box, label=", finding, i);
	put_string(stream, link->thread ? link->thread->name : "an unknown thread");
	fputs("];\n", stream);
}

static void put_lock(FILE *stream, size_t finding, size_t i, const struct link *link)
{
	fprintf(stream, "    f%zul%zu [class=\"lock\", shape=oval, label=", finding, i);
	put_string(stream, link->wanted.lock->name);
	fputs(", tooltip=", stream);
	put_string(stream, link->wanted.lock->kind);
	fputs("];\n", stream);
}

static void put_edges(FILE *stream, size_t number, size_t i, const struct finding *finding)
{
	size_t next = (i + 1) % finding->links_count;

	if (finding->links[next].by == LINK_END) {
		fprintf(stream, "    f%zut%zu -> f%zut%zu [class=\"wait\", style=dashed, label=\"%s\"];\n", number, i, number, next,
			picture_wait(finding, i));
		return;
	}
	fprintf(stream, "    f%zut%zu -> f%zul%zu [class=\"wait\", style=dashed, label=\"%s\"];\n", number, i, number, i,
		picture_wait(finding, i));
	fprintf(stream, "    f%zul%zu -> f%zut%zu [class=\"hold\", style=bold, arrowhead=dot, label=\"%s\"];\n", number, i, number, next,
		picture_hold(finding, i));
}

static void put_finding(FILE *stream, size_t number, const struct finding *finding)
{
	fprintf(stream, "  subgraph cluster_%zu {\n    class=\"%s\";\n    label=", number, level_name(finding->level));
	put_string(stream, rules[finding->rule].name);
	fputs(";\n    tooltip=", stream);
	put_string(stream, finding->fingerprint);
	fputs(";\n", stream);
	for (size_t i = 0; i < finding->links_count; i++)
		put_thread(stream, number, i, &finding->links[i]);
	for (size_t i = 0; i < finding->links_count; i++)
		if (finding->links[(i + 1) % finding->links_count].by != LINK_END)
			put_lock(stream, number, i, &finding->links[i]);
	for (size_t i = 0; i < finding->links_count; i++)
		put_edges(stream, number, i, finding);
	fputs("  }\n", stream);
}

int dot_write(int fd, const struct findings *findings, const struct options *options)
{
	struct output_text text;

	(void)options;
	if (!output_begin(&text))
		return -1;
	fputs("digraph gridlock {\n  node [fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", fontsize=10];\n", text.stream);
	for (size_t i = 0; i < findings->count; i++) {
		struct finding ring;

		if (picture_ring(&findings->list[i], &ring) && !findings->list[i].suppressed)
			put_finding(text.stream, i, &ring);
	}
	fputs("}\n", text.stream);
	return output_end(&text, fd);
}
