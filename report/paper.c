/* paper.c: see paper.h. */
#include "paper.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "build.h"
#include "memory.h"
#include "options.h"
#include "shorten.h"
#include "source.h"

/* ---- colour ---- */

const char *paper_begin(const struct paper *paper, enum paint paint)
{
	static const char *const codes[] = {"", "\033[1m", "\033[1;31m", "\033[1;33m", "\033[36m", "\033[2m"};

	return paper->color ? codes[paint] : "";
}

const char *paper_end(const struct paper *paper)
{
	return paper->color ? "\033[0m" : "";
}

enum paint paper_of_level(enum level level)
{
	return level == LEVEL_ERROR ? RED : level == LEVEL_WARNING ? YELLOW : CYAN;
}

static bool wants_color(int fd, const struct options *options)
{
	const char *force = getenv("CLICOLOR_FORCE"), *no = getenv("NO_COLOR");
	const char *color = option_string(options, OPTION_COLOR);

	if (strcmp(color, "auto") != 0)
		return strcmp(color, "always") == 0;
	if (no && *no)
		return false;
	return (force && *force && strcmp(force, "0") != 0) || isatty(fd);
}

/* ---- names ---- */

struct short_name {
	struct short_name *next;
	char *text;
};

static const char *kept(const struct paper *paper, char *text)
{
	struct short_name *name = new_zeroed(1, sizeof(*name));

	*name = (struct short_name){*paper->shortened, text};
	*paper->shortened = name;
	return text;
}

const char *paper_text(const struct paper *paper, const char *text)
{
	char *shorter = paper->shortened ? shorten(text) : NULL;

	return shorter ? kept(paper, shorter) : text;
}

/* In at most so many columns, but never less than a name needs. */
#define NAME_ROOM 24

static const char *function_within(const struct paper *paper, const char *function, int room)
{
	const char *text = paper_text(paper, function);
	size_t columns = room < NAME_ROOM ? NAME_ROOM : (size_t)room;
	char *copy;

	if (!paper->shortened || strlen(text) <= columns)
		return text;
	copy = copied(text);
	shorten_to_fit(copy, columns);
	return kept(paper, copy);
}

/* ---- stacks ---- */

#define FRAMES_SHOWN 24

static void put_frame(const struct paper *paper, size_t number, const struct frame *frame)
{
	const char *inlined = frame->inlined ? "  [inlined]" : "", *function;
	char *place;

	if (frame->file)
		place = printed("  %s:%u%s", source_path(frame->file, paper->root), frame->line, inlined);
	else
		place = printed("  (%s+0x%llx)%s", base_name(frame->module), (unsigned long long)frame->offset, inlined);
	function = function_within(paper, frame->function, paper->width - 10 - (int)strlen(place));
	fprintf(paper->stream, "      #%-2zu %s%s%s%s\n", number, paper_begin(paper, number ? PLAIN : BOLD), function, paper_end(paper),
		place);
	free(place);
}

void paper_stack(const struct paper *paper, const struct stack *stack)
{
	if (!stack) {
		fprintf(paper->stream, "      (no stack)\n");
		return;
	}
	for (size_t i = 0; i < stack->count && i < FRAMES_SHOWN; i++) {
		const struct frame *frame = &stack->frames[i];

		put_frame(paper, i, frame);
		if (i == 0 && frame->file) {
			fputs(paper_begin(paper, DIM), paper->stream);
			source_excerpt(paper->stream, "           ", paper->terminal ? (size_t)paper->width : 0, frame->file, frame->line,
				       paper->root);
			fputs(paper_end(paper), paper->stream);
		}
	}
	if (stack->count > FRAMES_SHOWN)
		fprintf(paper->stream, "      ... %zu more\n", stack->count - FRAMES_SHOWN);
}

/* "function, file:line", in about so many columns; to be freed. */
static char *place_within(const struct paper *paper, const struct stack *stack, int room)
{
	const struct frame *frame = &stack->frames[0];
	const char *function;
	char *file, *place;

	if (!frame->file && strcmp(frame->function, "??") == 0)
		return printed("%s+0x%llx", base_name(frame->module), (unsigned long long)frame->offset);
	if (frame->file)
		file = printed(", %s:%u", source_path(frame->file, paper->root), frame->line);
	else
		file = printed(" (%s)", base_name(frame->module));
	function = function_within(paper, frame->function, room - (int)strlen(file));
	place = printed("%s%s", function, file);
	free(file);
	return place;
}

void paper_place(const struct paper *paper, const struct stack *stack)
{
	char *place = place_within(paper, stack, paper->width - 30);

	fputs(place, paper->stream);
	free(place);
}

const char *paper_name(const struct thread *thread)
{
	return thread ? thread->name : "an unknown thread";
}

void paper_thread(const struct paper *paper, const struct thread *thread)
{
	const char *name = paper_text(paper, paper_name(thread));
	int column = 12 + (int)strlen(name); /* what comes before it included, or little less */
	char *place;

	fprintf(paper->stream, "thread `%s%s%s`", paper_begin(paper, BOLD), name, paper_end(paper));
	if (!thread || !thread->created)
		return;
	place = place_within(paper, thread->created, paper->width - column - 14);
	fprintf(paper->stream,
		paper->terminal && column + 14 + (int)strlen(place) > paper->width ? "\n    (created in %s)" : " (created in %s)", place);
	free(place);
}

const char *paper_mode(const struct acquisition *acquisition)
{
	if (!strstr(acquisition->lock->kind, "rwlock"))
		return "";
	return strcmp(acquisition->mode, "shared") == 0 ? " to read" : " to write";
}

void paper_locks(const struct paper *paper, const struct finding *finding)
{
	bool any = false;

	for (size_t i = 0; i < finding->locks_count; i++) {
		const struct lock *lock = finding->locks[i];

		/* The end of a thread, or a line that two stand in. */
		if (strcmp(lock->kind, "thread") == 0 || (i && lock == finding->locks[i - 1]))
			continue;
		if (!any)
			fputs("\n  Locks:\n", paper->stream);
		any = true;
		fprintf(paper->stream, "    `%s%s%s`: %s", paper_begin(paper, BOLD), paper_text(paper, lock->name), paper_end(paper),
			lock->kind);
		if (lock->created) {
			fprintf(paper->stream, ", %s in ", lock->created_how);
			paper_place(paper, lock->created);
		} else {
			fputs(", static", paper->stream);
		}
		fputc('\n', paper->stream);
	}
}

/* Words from that column on, broken at the width, the next lines indented by as much. */
static void put_words(const struct paper *paper, int indent, const char *words)
{
	int column = indent;

	while (*words) {
		int word = (int)strcspn(words, " ");

		if (column > indent && column + 1 + word > paper->width) {
			fprintf(paper->stream, "\n%*s", indent, "");
			column = indent;
		}
		fprintf(paper->stream, "%s%.*s", column > indent ? " " : "", word, words);
		column += word + (column > indent);
		words += word;
		words += strspn(words, " ");
	}
}

void paper_heading(const struct paper *paper, const char *heading, const char *words)
{
	fprintf(paper->stream, "  %-13s", heading);
	put_words(paper, 15, paper_text(paper, words));
	fputc('\n', paper->stream);
}

void paper_sentence(const struct paper *paper, const char *sentence)
{
	sentence = paper_text(paper, sentence);
	fprintf(paper->stream, "  %s", paper_begin(paper, BOLD));
	/* In a file it stays a line, for grep. */
	if (paper->terminal)
		put_words(paper, 2, sentence);
	else
		fputs(sentence, paper->stream);
	fprintf(paper->stream, "%s\n", paper_end(paper));
}

static int terminal_width(int fd)
{
	struct winsize size;

	return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col >= 60 ? size.ws_col : 100;
}

struct paper paper_begun(int fd, const struct options *options)
{
	return (struct paper){.color = wants_color(fd, options),
			      .root = option_string(options, OPTION_SOURCE_ROOT),
			      .width = terminal_width(fd),
			      .terminal = isatty(fd),
			      .shortened = option_flag(options, OPTION_FULL_NAMES) ? NULL : new_zeroed(1, sizeof(struct short_name *))};
}

void paper_over(const struct paper *paper)
{
	struct short_name *next;

	for (struct short_name *name = paper->shortened ? *paper->shortened : NULL; name; name = next) {
		next = name->next;
		free(name->text);
		free(name);
	}
	free(paper->shortened);
}
