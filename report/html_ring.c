/*
 * html_ring.c: see html_ring.h. The ring runs along the edge of a rectangle: the first half of its nodes from left to right, the rest below them and
 * back. Colours are the style sheet's; what is drawn has only classes.
 */
#include "html_ring.h"

#include <string.h>

#include "picture.h"

#define LABEL_MAX  26  /* characters of a name */
#define CHARACTER  7.3 /* width of one, in the monospaced font of 12 pixels */
#define BOX_HIGH   34.0
#define GAP_WIDE   118.0 /* between columns: an arrow and what it says */
#define GAP_HIGH   62.0
#define EDGE	   3.0
#define WORDS_HIGH 16.0 /* a line above an arrow */
#define NODES_MAX  (2 * HTML_RING_MAX)

struct node {
	size_t link;
	bool is_thread;
	double x, y, wide; /* of its middle; its width */
};
struct drawing {
	const struct page *page;
	const struct finding *ring;
	size_t count;
	struct node nodes[NODES_MAX];
	double wide, high;
};

static const char *label_of(const struct drawing *drawing, const struct node *node)
{
	const struct link *link = &drawing->ring->links[node->link];

	return node->is_thread ? page_thread_name(link->thread) : link->wanted.lock->name;
}

/* What the arrow from a node to the next says. */
static const char *arrow_label(const struct drawing *drawing, const struct node *from)
{
	return from->is_thread ? picture_wait(drawing->ring, from->link) : picture_hold(drawing->ring, from->link);
}

/* The end of a thread is no node of its own. */
static void find_nodes(struct drawing *drawing)
{
	const struct finding *ring = drawing->ring;

	for (size_t i = 0; i < ring->links_count; i++) {
		drawing->nodes[drawing->count++] = (struct node){.link = i, .is_thread = true};
		if (ring->links[(i + 1) % ring->links_count].by != LINK_END)
			drawing->nodes[drawing->count++] = (struct node){.link = i};
	}
	for (size_t i = 0; i < drawing->count; i++) {
		size_t characters = page_characters(label_of(drawing, &drawing->nodes[i]));

		drawing->nodes[i].wide = (double)(characters < LABEL_MAX ? characters : LABEL_MAX) * CHARACTER + 28;
	}
}

/* How many stand in the upper row: all of them when they are two. */
static size_t upper(const struct drawing *drawing)
{
	return drawing->count <= 2 ? drawing->count : (drawing->count + 1) / 2;
}

/* The node below that of column `column`, or the count. Where the lower row is shorter it keeps to the right. */
static size_t below(const struct drawing *drawing, size_t column)
{
	size_t row = upper(drawing), place = row + (row - 1 - column);

	return place < drawing->count ? place : drawing->count;
}

static void place_nodes(struct drawing *drawing)
{
	double left = EDGE;

	for (size_t column = 0; column < upper(drawing); column++) {
		struct node *above = &drawing->nodes[column], *under = above;
		double wide;

		if (below(drawing, column) < drawing->count)
			under = &drawing->nodes[below(drawing, column)];
		wide = above->wide > under->wide ? above->wide : under->wide;
		under->x = above->x = left + wide / 2;
		above->y = EDGE + BOX_HIGH / 2 + (drawing->count == 2 ? WORDS_HIGH / 2 : 0);
		if (under != above)
			under->y = above->y + BOX_HIGH + GAP_HIGH;
		drawing->wide = left + wide + EDGE;
		left += wide + GAP_WIDE;
	}
	drawing->high = 2 * EDGE + (drawing->count > 2 ? 2 * BOX_HIGH + GAP_HIGH : BOX_HIGH + WORDS_HIGH);
	if (drawing->count == 1)
		drawing->wide += GAP_WIDE;
}

/* The arrow between the rows, at the right, may say more than its column is wide. */
static void make_room(struct drawing *drawing)
{
	const struct node *last = &drawing->nodes[upper(drawing) - 1];
	double wide = last->x + 8 + (double)strlen(arrow_label(drawing, last)) * 6.5;

	if (drawing->count > 2 && drawing->wide < wide)
		drawing->wide = wide;
}

static const char *thread_class(size_t link)
{
	static const char *const classes[] = {"t0", "t1", "t2", "t3", "t4", "t5"};

	return classes[link % 6];
}

static void put_node(const struct drawing *drawing, const struct node *node)
{
	FILE *stream = drawing->page->stream;
	const char *label = label_of(drawing, node);

	fprintf(stream, "<g class=\"%s %s\"><title>", node->is_thread ? "thread" : "lock", node->is_thread ? thread_class(node->link) : "");
	page_short(drawing->page, label, 400);
	fprintf(stream, "</title><rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.0f\" rx=\"%.0f\"/>", node->x - node->wide / 2,
		node->y - BOX_HIGH / 2, node->wide, BOX_HIGH, node->is_thread ? 5.0 : BOX_HIGH / 2);
	fprintf(stream, "<text x=\"%.1f\" y=\"%.1f\">", node->x, node->y + 4);
	page_short(drawing->page, label, LABEL_MAX);
	fputs("</text></g>\n", stream);
}

/* A line with its head, and its words at (x, y). */
static void put_arrow(const struct drawing *drawing, const struct node *from, const char *path, double x, double y, const char *anchor)
{
	const char *kind = from->is_thread ? "wait" : "hold";

	fprintf(drawing->page->stream,
		"<path class=\"%s\" d=\"%s\" marker-end=\"url(#head-%s)\"/><text class=\"says %s\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", kind,
		path, kind, anchor, x, y, arrow_label(drawing, from));
}

#define HEAD 7.0 /* length of an arrow's head */

static void put_level(const struct drawing *drawing, const struct node *from, const struct node *to, double shift)
{
	double way = to->x > from->x ? 1 : -1, start = from->x + way * from->wide / 2, end = to->x - way * (to->wide / 2 + HEAD);
	char path[120];

	snprintf(path, sizeof(path), "M%.1f %.1fH%.1f", start, from->y + shift, end);
	put_arrow(drawing, from, path, (start + end + way * HEAD) / 2, from->y + shift + (shift > 0 ? 15 : -7), "middle");
}

/* Up or down; to another column it goes along the row first. */
static void put_steep(const struct drawing *drawing, const struct node *from, const struct node *to)
{
	double way = to->y > from->y ? 1 : -1, end = to->y - way * (BOX_HIGH / 2 + HEAD), middle = (from->y + to->y) / 2;
	char path[120];

	if (from->x == to->x)
		snprintf(path, sizeof(path), "M%.1f %.1fV%.1f", from->x, from->y + way * BOX_HIGH / 2, end);
	else
		snprintf(path, sizeof(path), "M%.1f %.1fH%.1fQ%.1f %.1f %.1f %.1fV%.1f", from->x - from->wide / 2, from->y, to->x + 10,
			 to->x, from->y, to->x, from->y + way * 10, end);
	put_arrow(drawing, from, path, to->x + 8, middle + 4, "start");
}

static void put_loop(const struct drawing *drawing, const struct node *node)
{
	double right = node->x + node->wide / 2;
	char path[120];

	snprintf(path, sizeof(path), "M%.1f %.1fh20q8 0 8 8q0 8 -8 8h-%.0f", right, node->y - 8, 20 - HEAD);
	put_arrow(drawing, node, path, right + 34, node->y + 4, "start");
}

static void put_arrows(const struct drawing *drawing)
{
	size_t row = upper(drawing);

	for (size_t i = 0; i < drawing->count; i++) {
		const struct node *from = &drawing->nodes[i], *to = &drawing->nodes[(i + 1) % drawing->count];

		if (from == to)
			put_loop(drawing, from);
		else if (drawing->count == 2)
			put_level(drawing, from, to, i == 0 ? -6 : 6);
		else if (i + 1 == row || i + 1 == drawing->count)
			put_steep(drawing, from, to);
		else
			put_level(drawing, from, to, 0);
	}
}

/* The same in words, for those who hear it. */
static void put_words(const struct drawing *drawing)
{
	fputs(" aria-label=\"The ring: ", drawing->page->stream);
	for (size_t i = 0; i <= drawing->count; i++) {
		const struct node *node = &drawing->nodes[i % drawing->count];

		page_short(drawing->page, label_of(drawing, node), 80);
		if (i < drawing->count)
			page_put(drawing->page, " % ", arrow_label(drawing, node));
	}
	fputs("\">\n", drawing->page->stream);
}

#define SCALED_MAX 760 /* pixels: a wider picture is not made smaller for a small screen, but scrolls */

void html_ring(const struct page *page, const struct finding *finding)
{
	struct finding ring;
	struct drawing drawing = {.page = page, .ring = &ring};

	if (!picture_ring(finding, &ring) || ring.links_count > HTML_RING_MAX)
		return;
	find_nodes(&drawing);
	place_nodes(&drawing);
	make_room(&drawing);
	fprintf(page->stream, "<div class=\"ring%s><svg role=\"img\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\"",
		drawing.wide > SCALED_MAX ? " wide\" tabindex=\"0\"" : "\"", drawing.wide, drawing.high, drawing.wide, drawing.high);
	put_words(&drawing);
	put_arrows(&drawing);
	for (size_t i = 0; i < drawing.count; i++)
		put_node(&drawing, &drawing.nodes[i]);
	fputs("</svg></div>\n", page->stream);
}
