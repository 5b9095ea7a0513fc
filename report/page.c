/* page.c: see page.h. */
#include "page.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "source.h"
#include "utf8.h"

/* ---- text ---- */

/* One character. Returns its length. */
static size_t put_character(const struct page *page, const char *text)
{
	size_t length = utf8_length(text);

	if (!length || utf8_unseen(text, length))
		fputs(UTF8_REPLACEMENT, page->stream);
	else if (*text == '<')
		fputs("&lt;", page->stream);
	else if (*text == '>')
		fputs("&gt;", page->stream);
	else if (*text == '&')
		fputs("&amp;", page->stream);
	else if (*text == '"')
		fputs("&quot;", page->stream);
	else
		fwrite(text, length, 1, page->stream);
	return length ? length : 1;
}

static const char *put_characters(const struct page *page, const char *text, size_t count)
{
	while (count-- && *text)
		text += put_character(page, text);
	return text;
}

static const char *skip_characters(const char *text, size_t count)
{
	while (count-- && *text) {
		size_t length = utf8_length(text);

		text += length ? length : 1;
	}
	return text;
}

void page_text(const struct page *page, const char *text)
{
	put_characters(page, text, SIZE_MAX);
}

size_t page_characters(const char *text)
{
	size_t count = 0;

	for (; *text; count++)
		text = skip_characters(text, 1);
	return count;
}

void page_short(const struct page *page, const char *text, size_t characters)
{
	size_t count = page_characters(text), end = characters / 3;

	if (count <= characters) {
		page_text(page, text);
		return;
	}
	put_characters(page, text, characters - end - 1);
	fputs("\xe2\x80\xa6", page->stream);
	page_text(page, skip_characters(text, count - end));
}

void page_put_texts(const struct page *page, const char *markup, ...)
{
	va_list texts;

	va_start(texts, markup);
	for (; *markup; markup++) {
		if (*markup != '%')
			fputc(*markup, page->stream);
		else
			page_text(page, va_arg(texts, const char *));
	}
	va_end(texts);
}

void page_count(const struct page *page, const char *markup, uint64_t number)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%llu", (unsigned long long)number);
	page_put(page, markup, digits);
}

#define NAME_LONG 240 /* bytes; a longer one has a frame of its own, which scrolls */
#define CODE_LONG "<code class=\"long\" tabindex=\"0\">"

/* A name, or the end of what is taken for one: text may hold a ` that belongs to none. */
void page_story(const struct page *page, const char *text)
{
	while (*text) {
		size_t plain = strcspn(text, "`"), name = text[plain] ? strcspn(text + plain + 1, "`") : 0;

		for (const char *end = text + plain; text < end;)
			text += put_character(page, text);
		if (!*text)
			break;
		if (!text[name + 1]) {
			page_text(page, text);
			break;
		}
		fputs(name > NAME_LONG ? CODE_LONG : "<code>", page->stream);
		for (const char *end = ++text + name; text < end;)
			text += put_character(page, text);
		fputs("</code>", page->stream);
		text++;
	}
}

/* ---- names, places ---- */

void page_name(const struct page *page, const char *name)
{
	page_put(page, strlen(name) > NAME_LONG ? CODE_LONG "%</code>" : "<code>%</code>", name);
}

#define PATH_SHOWN 160 /* characters */

/* The module where there is no source, and the offset where there is not even a function. */
static void put_at(const struct page *page, const struct frame *frame)
{
	char number[24];

	if (frame->file) {
		page_short(page, source_path(frame->file, page->root), PATH_SHOWN);
		page_count(page, ":%", frame->line);
		return;
	}
	snprintf(number, sizeof(number), "0x%llx", (unsigned long long)frame->offset);
	page_short(page, base_name(frame->module), PATH_SHOWN);
	page_put(page, "+%", number);
}

void page_place(const struct page *page, const struct stack *stack)
{
	const struct frame *frame = &stack->frames[0];

	if (strcmp(frame->function, "??") != 0) {
		page_name(page, frame->function);
		fputs(" ", page->stream);
	}
	fputs("<span class=\"at\">", page->stream);
	put_at(page, frame);
	fputs("</span>", page->stream);
}

const char *page_thread_name(const struct thread *thread)
{
	return thread ? thread->name : "an unknown thread";
}

void page_thread(const struct page *page, const struct thread *thread, bool with_process)
{
	if (!thread) {
		fputs("<h4>An unknown thread</h4>", page->stream);
		return;
	}
	fputs("<h4>Thread ", page->stream);
	page_name(page, thread->name);
	if (with_process)
		page_count(page, " of process %", (uint64_t)thread->pid);
	fputs("</h4>", page->stream);
	if (thread->created) {
		fputs("<p class=\"made\">created in ", page->stream);
		page_place(page, thread->created);
		fputs("</p>", page->stream);
	}
}

void page_copy(const struct page *page)
{
	fputs(" <button type=\"button\" class=\"copy\">Copy</button>", page->stream);
}

/* ---- stacks ---- */

#define FRAMES_OPEN  6	/* of more only so many, the rest on a click */
#define FRAMES_SHOWN 64 /* at most */
#define LINES_AROUND 2	/* of the source, before and behind */
#define LINE_SHOWN   200

static void put_source_line(const struct page *page, unsigned number, char *line, bool marked)
{
	char digits[12];

	line[strcspn(line, "\r\n")] = '\0';
	snprintf(digits, sizeof(digits), "%u", number);
	page_put(page,
		 marked ? "<span class=\"line hit\"><span class=\"number\">%</span><span class=\"words\">"
			: "<span class=\"line\"><span class=\"number\">%</span><span class=\"words\">",
		 digits);
	page_short(page, line, LINE_SHOWN);
	fputs("</span></span>\n", page->stream);
}

/* How many blanks all lines begin with, the same ones; empty lines aside. */
static size_t common_indent(const char *lines)
{
	const char *first = NULL;
	size_t indent = 0;

	for (const char *line = lines; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		size_t blanks = strspn(line, " \t");

		if (line[blanks] == '\n' || line[blanks] == '\r' || line[blanks] == '\0')
			continue;
		if (!first) {
			first = line;
			indent = blanks;
		}
		for (size_t same = 0; same < indent; same++)
			if (line[same] != first[same])
				indent = same;
	}
	return indent;
}

static void put_source(const struct page *page, const struct frame *frame)
{
	unsigned first = frame->line > LINES_AROUND ? frame->line - LINES_AROUND : 1, number = first;
	char *lines = frame->file && frame->line ? source_lines(frame->file, first, frame->line + LINES_AROUND, page->root) : NULL;

	size_t indent;

	if (!lines)
		return;
	indent = common_indent(lines);
	fputs("<pre class=\"source\">", page->stream);
	for (char *line = lines, *next; *line; line = next, number++) {
		next = line + strcspn(line, "\n");
		next += *next == '\n';
		if (next > line && next[-1] == '\n')
			next[-1] = '\0';
		put_source_line(page, number, line + strnlen(line, indent), number == frame->line);
	}
	fputs("</pre>", page->stream);
	free(lines);
}

static void put_frame(const struct page *page, const struct frame *frame, bool innermost)
{
	fputs("<li>", page->stream);
	page_name(page, frame->function);
	fputs(" <span class=\"at\">", page->stream);
	put_at(page, frame);
	fputs(frame->inlined ? "</span> <span class=\"inlined\">inlined</span>" : "</span>", page->stream);
	if (innermost)
		put_source(page, frame);
	fputs("</li>\n", page->stream);
}

static void put_frames(const struct page *page, const struct stack *stack, size_t first, size_t end)
{
	page_count(page, "<ol class=\"stack\" start=\"%\">\n", first);
	for (size_t i = first; i < end; i++)
		put_frame(page, &stack->frames[i], i == 0);
	fputs("</ol>", page->stream);
}

void page_stack(const struct page *page, const struct stack *stack)
{
	size_t shown, open;

	if (!stack) {
		fputs("<p class=\"none\">no stack</p>", page->stream);
		return;
	}
	shown = stack->count < FRAMES_SHOWN ? stack->count : FRAMES_SHOWN;
	/* Nobody clicks for one frame. */
	open = shown > FRAMES_OPEN + 1 ? FRAMES_OPEN : shown;
	put_frames(page, stack, 0, open);
	if (open == shown)
		return;
	page_count(page, "<details class=\"more\"><summary>% more frames</summary>", stack->count - open);
	put_frames(page, stack, open, shown);
	if (shown < stack->count)
		page_count(page, "<p class=\"none\">and % more</p>", stack->count - shown);
	fputs("</details>", page->stream);
}
