/* picture.c: see picture.h. */
#include "picture.h"

#include <string.h>

#define NAME_MAX_SHOWN 60
#define NAME_ROOM      (NAME_MAX_SHOWN + 40)

static const struct link *next_of(const struct finding *finding, size_t i)
{
	return &finding->links[(i + 1) % finding->links_count];
}

bool picture_ring(const struct finding *finding, struct finding *ring)
{
	*ring = *finding;
	if (finding->links_count == 0 && finding->alone) {
		ring->links = (struct link *)(uintptr_t)finding->alone;
		ring->links_count = 1;
	}
	return ring->links_count > 0;
}

const char *picture_wait(const struct finding *finding, size_t i)
{
	const struct acquisition *wanted = &finding->links[i].wanted;

	if (next_of(finding, i)->by == LINK_END)
		return "waits for its end";
	if (!strstr(wanted->lock->kind, "rwlock"))
		return "waits for";
	return strcmp(wanted->mode, "shared") == 0 ? "waits to read" : "waits to write";
}

const char *picture_hold(const struct finding *finding, size_t i)
{
	const struct link *next = next_of(finding, i);

	if (next->by == LINK_QUEUE)
		return "queued for by";
	if (!strstr(next->held.lock->kind, "rwlock"))
		return "held by";
	return strcmp(next->held.mode, "shared") == 0 ? "read by" : "written by";
}

/* ---- lines ---- */

/* Columns that a text takes on a terminal: bytes of UTF-8 that go on with a character take none. */
static int columns(const char *text)
{
	int count = 0;

	for (; *text; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

struct canvas {
	FILE *stream;
	const char *indent;
	int width;  /* of what stands left of the way back */
	int center; /* column of the arrows */
};

/* One line; `back`: what it ends with, at the way back. */
static void put_line(const struct canvas *canvas, const char *text, const char *back)
{
	fprintf(canvas->stream, "%s%s%*s%s\n", canvas->indent, text, *back ? canvas->width - columns(text) : 0, "", back);
}

static void put_arrow(const struct canvas *canvas, char shaft, const char *label, const char *back)
{
	char line[64];

	for (int i = 0; i < 3; i++) {
		snprintf(line, sizeof(line), "%*s%c%s%s", canvas->center, "", i == 2 ? 'v' : shaft, i == 1 ? " " : "", i == 1 ? label : "");
		put_line(canvas, line, back);
	}
}

static void put_box(const struct canvas *canvas, const char *name, bool first, const char *back)
{
	char edge[300], middle[300];
	int width = columns(name) + 2, left = canvas->center - (width + 2) / 2;

	left = left < 0 ? 0 : left;
	snprintf(edge, sizeof(edge), "%*s+%.*s+", left, "", width,
		 "------------------------------------------------------------------------------------------------");
	snprintf(middle, sizeof(middle), "%*s| %s |", left, "", name);
	put_line(canvas, edge, first ? "" : back);
	if (first) {
		fprintf(canvas->stream, "%s%s <", canvas->indent, middle);
		for (int i = columns(middle) + 2; i < canvas->width; i++)
			fputc('-', canvas->stream);
		fputs("+\n", canvas->stream);
	} else {
		put_line(canvas, middle, back);
	}
	put_line(canvas, edge, back);
}

static void put_oval(const struct canvas *canvas, const char *name, const char *back)
{
	char line[300];
	int left = canvas->center - (columns(name) + 4) / 2;

	snprintf(line, sizeof(line), "%*s( %s )", left < 0 ? 0 : left, "", name);
	put_line(canvas, line, back);
}

/* Names that are too long are cut: the links below tell them whole. */
static const char *shown(const char *name, char room[NAME_ROOM])
{
	if (strlen(name) <= NAME_MAX_SHOWN)
		return name;
	memcpy(room, name, NAME_MAX_SHOWN);
	/* Not in the middle of a character. */
	for (size_t end = NAME_MAX_SHOWN;; end--) {
		if (((unsigned char)name[end] & 0xc0) == 0x80)
			continue;
		strcpy(room + end, "...");
		return room;
	}
}

/* A thread's name, and of which process where there are several. */
static const char *thread_name(const struct finding *finding, size_t i, char room[NAME_ROOM])
{
	const struct thread *thread = finding->links[i].thread;
	const char *name = shown(thread ? thread->name : "an unknown thread", room);

	if (!thread || !finding_spans_processes(finding))
		return name;
	if (name != room)
		strcpy(room, name);
	snprintf(room + strlen(room), NAME_ROOM - strlen(room), " of process %d", (int)thread->pid);
	return room;
}

static int widest(const struct finding *finding)
{
	char room[NAME_ROOM];
	int width = 0;

	for (size_t i = 0; i < finding->links_count; i++) {
		int thread = columns(thread_name(finding, i, room)) + 4;
		int lock = columns(shown(finding->links[i].wanted.lock->name, room)) + 4;

		width = thread > width ? thread : width;
		width = lock > width ? lock : width;
	}
	return width;
}

void picture_text(FILE *stream, const char *indent, const struct finding *finding)
{
	int width = widest(finding);
	struct canvas canvas = {.stream = stream, .indent = indent, .center = width / 2, .width = width / 2 + 22};
	char room[NAME_ROOM];

	if (canvas.width < width + 4)
		canvas.width = width + 4;
	for (size_t i = 0; i < finding->links_count; i++) {
		bool last = i + 1 == finding->links_count;
		char line[64];

		put_box(&canvas, thread_name(finding, i, room), i == 0, "|");
		put_arrow(&canvas, ':', picture_wait(finding, i), "|");
		/* The end of a thread is no thing of its own. */
		if (next_of(finding, i)->by != LINK_END) {
			put_oval(&canvas, shown(finding->links[i].wanted.lock->name, room), "|");
			if (!last)
				put_arrow(&canvas, '|', picture_hold(finding, i), "|");
		}
		if (!last)
			continue;
		if (next_of(finding, i)->by == LINK_END)
			snprintf(line, sizeof(line), "%*s+--", canvas.center, "");
		else
			snprintf(line, sizeof(line), "%*s+-- %s ", canvas.center, "", picture_hold(finding, i));
		fprintf(stream, "%s%s", indent, line);
		for (int column = columns(line); column < canvas.width; column++)
			fputc('-', stream);
		fputs("+\n", stream);
	}
}
