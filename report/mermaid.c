/*
 * mermaid.c: the rings of all findings as a flowchart for Mermaid: threads are boxes, locks stadiums; `waits for` is dotted, `held by` thick. One
 * chart; a subgraph for each finding.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mermaid.h"
#include "output.h"
#include "picture.h"
#include "utf8.h"

/* A quoted label: what means something to Mermaid or to HTML goes in as a character code. */
static void put_label(FILE *stream, const char *text)
{
	fputc('"', stream);
	for (size_t length; *text; text += length ? length : 1) {
		length = utf8_length(text);
		if (!length)
			fputs(UTF8_REPLACEMENT, stream);
		else if (strchr("\"#&<>`\\;{}[]()|", *text))
			fprintf(stream, "#%d;", *text);
		else if ((unsigned char)*text >= ' ')
			fwrite(text, length, 1, stream);
	}
	fputc('"', stream);
}

static void put_nodes(FILE *stream, size_t number, size_t i, const struct finding *finding)
{
	const struct link *link = &finding->links[i];

	fprintf(stream, "    f%zut%zu[", number, i);
	put_label(stream, link->thread ? link->thread->name : "an unknown thread");
	fputs("]:::thread\n", stream);
	if (finding->links[(i + 1) % finding->links_count].by == LINK_END)
		return;
	fprintf(stream, "    f%zul%zu([", number, i);
	put_label(stream, link->wanted.lock->name);
	fputs("]):::lock\n", stream);
}

static void put_edges(FILE *stream, size_t number, size_t i, const struct finding *finding)
{
	size_t next = (i + 1) % finding->links_count;

	if (finding->links[next].by == LINK_END) {
		fprintf(stream, "    f%zut%zu -. %s .-> f%zut%zu\n", number, i, picture_wait(finding, i), number, next);
		return;
	}
	fprintf(stream, "    f%zut%zu -. %s .-> f%zul%zu\n", number, i, picture_wait(finding, i), number, i);
	fprintf(stream, "    f%zul%zu == %s ==> f%zut%zu\n", number, i, picture_hold(finding, i), number, next);
}

static void put_finding(FILE *stream, size_t number, const struct finding *finding)
{
	fprintf(stream, "  subgraph f%zu[\"%s: %s\"]\n", number, level_name(finding->level), rules[finding->rule].name);
	for (size_t i = 0; i < finding->links_count; i++)
		put_nodes(stream, number, i, finding);
	for (size_t i = 0; i < finding->links_count; i++)
		put_edges(stream, number, i, finding);
	fputs("  end\n", stream);
}

static const char head[] = "flowchart LR\n  classDef thread stroke-width:2px\n  classDef lock stroke-width:1px\n";

bool mermaid_has(const struct finding *finding)
{
	struct finding ring;

	return picture_ring(finding, &ring);
}

void mermaid_chart(FILE *stream, const struct finding *finding)
{
	struct finding ring;

	fputs(head, stream);
	if (picture_ring(finding, &ring))
		put_finding(stream, 0, &ring);
}

int mermaid_write(int fd, const struct findings *findings, const struct options *options)
{
	struct output_text text;

	(void)options;
	if (!output_begin(&text))
		return -1;
	fputs(head, text.stream);
	for (size_t i = 0; i < findings->count; i++) {
		struct finding ring;

		if (picture_ring(&findings->list[i], &ring) && !findings->list[i].suppressed)
			put_finding(text.stream, i, &ring);
	}
	return output_end(&text, fd);
}
