/* paper.c: see paper.h. */
#include "paper.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "build.h"
#include "options.h"
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

/* ---- stacks ---- */

#define FRAMES_SHOWN 24

static void put_frame(const struct paper *paper, size_t number, const struct frame *frame)
{
	fprintf(paper->stream, "      #%-2zu %s%s%s", number, paper_begin(paper, number ? PLAIN : BOLD), frame->function, paper_end(paper));
	if (frame->file)
		fprintf(paper->stream, "  %s:%u", source_path(frame->file, paper->root), frame->line);
	else
		fprintf(paper->stream, "  (%s+0x%llx)", base_name(frame->module), (unsigned long long)frame->offset);
	fprintf(paper->stream, "%s\n", frame->inlined ? "  [inlined]" : "");
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
			source_excerpt(paper->stream, "           ", frame->file, frame->line, paper->root);
			fputs(paper_end(paper), paper->stream);
		}
	}
	if (stack->count > FRAMES_SHOWN)
		fprintf(paper->stream, "      ... %zu more\n", stack->count - FRAMES_SHOWN);
}

void paper_place(const struct paper *paper, const struct stack *stack)
{
	const struct frame *frame = &stack->frames[0];

	if (frame->file)
		fprintf(paper->stream, "%s, %s:%u", frame->function, source_path(frame->file, paper->root), frame->line);
	else if (strcmp(frame->function, "??") != 0)
		fprintf(paper->stream, "%s (%s)", frame->function, base_name(frame->module));
	else
		fprintf(paper->stream, "%s+0x%llx", base_name(frame->module), (unsigned long long)frame->offset);
}

const char *paper_name(const struct thread *thread)
{
	return thread ? thread->name : "an unknown thread";
}

void paper_thread(const struct paper *paper, const struct thread *thread)
{
	fprintf(paper->stream, "thread `%s%s%s`", paper_begin(paper, BOLD), paper_name(thread), paper_end(paper));
	if (thread && thread->created) {
		fputs(" (created in ", paper->stream);
		paper_place(paper, thread->created);
		fputc(')', paper->stream);
	}
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
		fprintf(paper->stream, "    `%s%s%s`: %s", paper_begin(paper, BOLD), lock->name, paper_end(paper), lock->kind);
		if (lock->created) {
			fprintf(paper->stream, ", %s in ", lock->created_how);
			paper_place(paper, lock->created);
		} else {
			fputs(", static", paper->stream);
		}
		fputc('\n', paper->stream);
	}
}

/* "  Heading:     text", broken at the report's width. */
void paper_heading(const struct paper *paper, const char *heading, const char *words)
{
	const int indent = 15;
	int column = indent;

	fprintf(paper->stream, "  %-*s", indent - 2, heading);
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
	fputc('\n', paper->stream);
}

static int terminal_width(int fd)
{
	struct winsize size;

	return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col >= 60 ? size.ws_col : 100;
}

struct paper paper_begun(int fd, const struct options *options)
{
	return (struct paper){
		.color = wants_color(fd, options), .root = option_string(options, OPTION_SOURCE_ROOT), .width = terminal_width(fd)};
}
