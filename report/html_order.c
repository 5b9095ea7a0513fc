/* html_order.c: the order graph. See html_order.h. */
#include "html_order.h"

#include <stdlib.h>
#include <string.h>

#include "graphviz.h"
#include "memory.h"
#include "survey.h"

#define LABEL_MAX 44  /* characters of a lock's name */
#define EDGES_MAX 600 /* what dot lays out in two seconds, however tangled; 1,500 take minutes */

struct ring_edge {
	size_t from, to;
	enum level level;
};
struct order {
	const struct survey *survey;
	enum level *levels; /* of the rings that each lock is in */
	bool *shown;
	size_t rings, count; /* locks in rings, locks shown */
	bool more;	     /* of either than there is room for */
	size_t edges_count;
	struct ring_edge *edges; /* of rings, each once */
};

/* ---- what is in rings ---- */

static void add_edge(struct order *order, const struct survey_lock *from, const struct survey_lock *to, enum level level)
{
	const size_t ends[2] = {from->index, to->index};

	for (size_t i = 0; i < 2; i++) {
		order->rings += !order->levels[ends[i]];
		if (order->levels[ends[i]] < level)
			order->levels[ends[i]] = level;
	}
	order->edges = resized(order->edges, order->edges_count + 1, sizeof(*order->edges));
	order->edges[order->edges_count++] = (struct ring_edge){from->index, to->index, level};
}

static void add_rings(struct order *order, const struct finding *finding)
{
	for (size_t i = 0; i < finding->links_count; i++) {
		const struct link *link = &finding->links[i];
		const struct survey_lock *from, *to;

		if (link->by != LINK_LOCK || strcmp(link->wanted.lock->kind, "thread") == 0)
			continue;
		from = survey_find(order->survey, link->held.lock);
		to = survey_find(order->survey, link->wanted.lock);
		if (from && to)
			add_edge(order, from, to, finding->level);
	}
}

static int compare_edges(const void *left, const void *right)
{
	const struct ring_edge *a = left, *b = right;

	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	if (a->to != b->to)
		return a->to < b->to ? -1 : 1;
	return (int)b->level - (int)a->level;
}

/* Each once, at its worst level. */
static void unify_edges(struct order *order)
{
	size_t kept = 0;

	if (order->edges_count)
		qsort(order->edges, order->edges_count, sizeof(*order->edges), compare_edges);
	for (size_t i = 0; i < order->edges_count; i++)
		if (kept == 0 || order->edges[kept - 1].from != order->edges[i].from || order->edges[kept - 1].to != order->edges[i].to)
			order->edges[kept++] = order->edges[i];
	order->edges_count = kept;
}

/* ---- which are shown ---- */

static void show(struct order *order, size_t lock)
{
	if (order->shown[lock])
		return;
	if (order->count == HTML_ORDER_MAX) {
		order->more = true;
		return;
	}
	order->shown[lock] = true;
	order->count++;
}

/* Those of the worst rings first, then what is next to one. */
static void choose(struct order *order)
{
	const struct survey *survey = order->survey;

	for (enum level level = LEVEL_ERROR; level > LEVEL_OFF; level--)
		for (size_t i = 0; i < survey->locks_count; i++)
			if (order->levels[i] == level)
				show(order, i);
	for (size_t i = 0; i < survey->edges_count; i++) {
		size_t from = survey->edges[i]->key.from, to = survey->edges[i]->key.to;

		if (order->levels[from])
			show(order, to);
		if (order->levels[to])
			show(order, from);
	}
}

/* ---- the graph, for dot ---- */

/* As in the page; entities are read by dot, which writes them again. Of its own signs only the backslash is left. */
static void put_label(FILE *stream, const struct page *page, const char *name)
{
	char *text;
	size_t size;
	struct page label = *page;

	label.stream = open_memstream(&text, &size);
	if (!label.stream)
		die("out of memory");
	page_short(&label, name, LABEL_MAX);
	fclose(label.stream);
	for (const char *at = text; *at; at++) {
		if (*at == '\\')
			fputc('\\', stream);
		fputc(*at == '\n' ? ' ' : *at, stream);
	}
	free(text);
}

static void put_nodes(FILE *stream, const struct page *page, const struct order *order)
{
	for (size_t i = 0; i < order->survey->locks_count; i++) {
		if (!order->shown[i])
			continue;
		fprintf(stream, "n%zu [id=\"node-%zu\", class=\"%s\", label=\"", i, i,
			order->levels[i] ? level_name(order->levels[i]) : "beside");
		put_label(stream, page, order->survey->locks[i]->lock->name);
		fputs("\"];\n", stream);
	}
}

static bool is_ring_edge(const struct order *order, const struct survey_edge *edge)
{
	for (enum level level = LEVEL_ERROR; level > LEVEL_OFF; level--) {
		struct ring_edge key = {(size_t)edge->key.from, (size_t)edge->key.to, level};

		if (bsearch(&key, order->edges, order->edges_count, sizeof(key), compare_edges))
			return true;
	}
	return false;
}

static void put_edge(FILE *stream, size_t from, size_t to, const char *class)
{
	fprintf(stream, "n%zu -> n%zu [id=\"edge-%zu-%zu\", class=\"%s\"];\n", from, to, from, to, class);
}

static void put_edges(FILE *stream, struct order *order)
{
	const struct survey *survey = order->survey;
	size_t left = EDGES_MAX;

	for (size_t i = 0; i < order->edges_count && left; i++) {
		const struct ring_edge *edge = &order->edges[i];

		if (!order->shown[edge->from] || !order->shown[edge->to])
			continue;
		put_edge(stream, edge->from, edge->to, level_name(edge->level));
		left--;
	}
	for (size_t i = 0; i < survey->edges_count && left; i++) {
		const struct survey_edge *edge = survey->edges[i];

		if (!order->shown[edge->key.from] || !order->shown[edge->key.to] || is_ring_edge(order, edge))
			continue;
		put_edge(stream, (size_t)edge->key.from, (size_t)edge->key.to, "beside");
		left--;
	}
	order->more |= left == 0;
}

static char *layout(const struct page *page, struct order *order, const char **why)
{
	char *source, *picture;
	size_t size;
	FILE *stream = open_memstream(&source, &size);

	if (!stream)
		die("out of memory");
	fputs("digraph order {\nnslimit=2; nslimit1=2; mclimit=0.5; rankdir=LR; bgcolor=transparent; pad=0.1; pack=12; packmode=array_c4; "
	      "nodesep=0.15; ranksep=0.5;\n"
	      "node [shape=box, style=rounded, fontname=monospace, fontsize=9, height=0.3, margin=\"0.1,0.04\"];\nedge [arrowsize=0.6];\n",
	      stream);
	put_nodes(stream, page, order);
	put_edges(stream, order);
	fputs("}\n", stream);
	fclose(stream);
	picture = graphviz_svg(source, size, why);
	free(source);
	return picture;
}

/* ---- the section ---- */

/* dot's picture without its comments, and without titles that would show its own names of nodes. */
static void put_picture(const struct page *page, const char *picture)
{
	fputs("<svg role=\"img\" aria-label=\"Order graph. The table of locks says the same in numbers.\"", page->stream);
	picture += strlen("<svg");
	while (*picture) {
		const char *end = strncmp(picture, "<!--", 4) == 0 ? "-->" : strncmp(picture, "<title>", 7) == 0 ? "</title>" : NULL;
		const char *behind = end ? strstr(picture, end) : NULL;

		if (behind)
			picture = behind + strlen(end);
		else
			fputc(*picture++, page->stream);
	}
}

static void put_graph(const struct page *page, struct order *order)
{
	const char *why;
	char *picture = layout(page, order, &why);

	if (!picture) {
		page_put(page, "<p class=\"none\">No picture: %. The rings are drawn with each finding.</p>\n", why);
		return;
	}
	page_count(page, "<p>Every lock that is in a ring, and what is taken next to it: % ", order->count);
	page_count(page,
		   "in all, % of them in rings. An arrow says that the second was asked for while the first was held. Locks that one place "
		   "in the source makes are one.",
		   order->rings);
	fputs(order->more ? " There are more, which are not shown.</p>\n" : "</p>\n", page->stream);
	fputs("<p class=\"script\"><button type=\"button\" id=\"fit\" aria-pressed=\"false\">Fit to the width</button></p>\n",
	      page->stream);
	fputs("<div class=\"graph\" tabindex=\"0\" role=\"group\" aria-label=\"Order graph, scrolls\">", page->stream);
	put_picture(page, picture);
	fputs("</div>\n", page->stream);
	free(picture);
}

void html_order(const struct page *page)
{
	const struct survey *survey = page->survey;
	struct order order = {.survey = survey};

	fputs("<section id=\"order\" aria-labelledby=\"order-title\"><h2 id=\"order-title\">Order of locks</h2>\n", page->stream);
	order.levels = new_zeroed(survey->locks_count + 1, sizeof(*order.levels));
	order.shown = new_zeroed(survey->locks_count + 1, sizeof(*order.shown));
	for (size_t i = 0; i < page->findings->count; i++)
		if (!page->findings->list[i].suppressed)
			add_rings(&order, &page->findings->list[i]);
	unify_edges(&order);
	choose(&order);
	if (order.count)
		put_graph(page, &order);
	else
		fputs("<p class=\"none\">No lock is in a ring.</p>\n", page->stream);
	fputs("</section>\n", page->stream);
	free(order.levels);
	free(order.shown);
	free(order.edges);
}
