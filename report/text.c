/* text.c: the report for people (USER.md, "The text report"). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "explain.h"
#include "findings.h"
#include "options.h"
#include "output.h"
#include "picture.h"
#include "source.h"
#include "unseen.h"

struct text {
	FILE *stream;
	bool color;
	const char *root; /* --source-root */
	int width;
};

/* ---- colour ---- */

enum paint { PLAIN, BOLD, RED, YELLOW, CYAN, DIM };

static const char *begin(const struct text *text, enum paint paint)
{
	static const char *const codes[] = {"", "\033[1m", "\033[1;31m", "\033[1;33m", "\033[36m", "\033[2m"};

	return text->color ? codes[paint] : "";
}

static const char *end(const struct text *text)
{
	return text->color ? "\033[0m" : "";
}

static enum paint paint_of(enum level level)
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

static void put_frame(const struct text *text, size_t number, const struct frame *frame)
{
	fprintf(text->stream, "      #%-2zu %s%s%s", number, begin(text, number ? PLAIN : BOLD), frame->function, end(text));
	if (frame->file)
		fprintf(text->stream, "  %s:%u", source_path(frame->file, text->root), frame->line);
	else
		fprintf(text->stream, "  (%s+0x%llx)", base_name(frame->module), (unsigned long long)frame->offset);
	fprintf(text->stream, "%s\n", frame->inlined ? "  [inlined]" : "");
}

static void put_stack(const struct text *text, const struct stack *stack)
{
	if (!stack) {
		fprintf(text->stream, "      (no stack)\n");
		return;
	}
	for (size_t i = 0; i < stack->count && i < FRAMES_SHOWN; i++) {
		const struct frame *frame = &stack->frames[i];

		put_frame(text, i, frame);
		if (i == 0 && frame->file) {
			fputs(begin(text, DIM), text->stream);
			source_excerpt(text->stream, "           ", frame->file, frame->line, text->root);
			fputs(end(text), text->stream);
		}
	}
	if (stack->count > FRAMES_SHOWN)
		fprintf(text->stream, "      ... %zu more\n", stack->count - FRAMES_SHOWN);
}

static void put_place(const struct text *text, const struct stack *stack)
{
	const struct frame *frame = &stack->frames[0];

	if (frame->file)
		fprintf(text->stream, "%s, %s:%u", frame->function, source_path(frame->file, text->root), frame->line);
	else if (strcmp(frame->function, "??") != 0)
		fprintf(text->stream, "%s (%s)", frame->function, base_name(frame->module));
	else
		fprintf(text->stream, "%s+0x%llx", base_name(frame->module), (unsigned long long)frame->offset);
}

static const char *name_of(const struct thread *thread)
{
	return thread ? thread->name : "an unknown thread";
}

static void put_thread(const struct text *text, const struct thread *thread)
{
	fprintf(text->stream, "thread `%s%s%s`", begin(text, BOLD), name_of(thread), end(text));
	if (thread && thread->created) {
		fputs(" (created in ", text->stream);
		put_place(text, thread->created);
		fputc(')', text->stream);
	}
}

/* ---- cycles ---- */

static const char *mode_words(const struct acquisition *acquisition)
{
	if (!strstr(acquisition->lock->kind, "rwlock"))
		return "";
	return strcmp(acquisition->mode, "shared") == 0 ? " to read" : " to write";
}

static void put_ring(const struct text *text, const struct finding *finding)
{
	fputs("\n  ", text->stream);
	for (size_t i = 0; i < finding->links_count; i++)
		fprintf(text->stream, "%s%s%s -> ", begin(text, BOLD), finding->links[i].held.lock->name, end(text));
	fprintf(text->stream, "%s%s%s\n", begin(text, BOLD), finding->links[0].held.lock->name, end(text));
}

/* Are the links of several processes? Then a thread's name is not enough. */
static bool spans_processes(const struct finding *finding)
{
	for (size_t i = 1; i < finding->links_count; i++)
		if (finding->links[i].thread && finding->links[0].thread && finding->links[i].thread->pid != finding->links[0].thread->pid)
			return true;
	return false;
}

static void put_link(const struct text *text, const struct finding *finding, const struct link *link)
{
	fputs("\n  ", text->stream);
	put_thread(text, link->thread);
	if (link->thread && spans_processes(finding))
		fprintf(text->stream, " of process %d", (int)link->thread->pid);
	fprintf(text->stream, "\n    asks for `%s`%s%s here:\n", link->wanted.lock->name, mode_words(&link->wanted),
		strcmp(link->wanted.how, "timed") == 0 ? ", with a time limit," : "");
	put_stack(text, link->wanted.stack);
	fprintf(text->stream, "    while it holds `%s`%s, taken here:\n", link->held.lock->name, mode_words(&link->held));
	put_stack(text, link->held.stack);
}

/* One row of the interleaving: what thread `column` does, in its column. */
static void put_row(const struct text *text, size_t columns, size_t column, int width, const char *what, const char *lock)
{
	fputs("    ", text->stream);
	for (size_t i = 0; i < column; i++)
		fprintf(text->stream, "%-*s | ", width, "");
	fprintf(text->stream, "%s `%s`", what, lock);
	if (column + 1 < columns)
		fprintf(text->stream, "%*s |", width - (int)(strlen(what) + strlen(lock) + 3), "");
	fputc('\n', text->stream);
}

#define HEAD_ROOM 200

/* Who does it, above a column. */
static const char *column_head(const struct finding *finding, size_t column, char room[HEAD_ROOM])
{
	const struct thread *thread = finding->links[column].thread;

	if (thread && spans_processes(finding))
		snprintf(room, HEAD_ROOM, "%s of process %d", name_of(thread), (int)thread->pid);
	else
		snprintf(room, HEAD_ROOM, "%s", name_of(thread));
	return room;
}

static int column_width(const struct finding *finding)
{
	char room[HEAD_ROOM];
	size_t width = 12;

	for (size_t i = 0; i < finding->links_count; i++) {
		size_t here = strlen(finding->links[i].wanted.lock->name) + 17, head = strlen(column_head(finding, i, room));

		width = here > width ? here : width;
		width = head > width ? head : width;
	}
	return (int)width;
}

static void put_interleaving(const struct text *text, const struct finding *finding)
{
	size_t count = finding->links_count;
	int width = column_width(finding);
	char room[HEAD_ROOM];

	fputs("\n  How it locks up:\n", text->stream);
	if ((width + 3) * (int)count > text->width + width) {
		for (size_t i = 0; i < count; i++)
			fprintf(text->stream, "    thread `%s` takes `%s`\n", name_of(finding->links[i].thread),
				finding->links[i].held.lock->name);
		for (size_t i = 0; i < count; i++)
			fprintf(text->stream, "    thread `%s` waits for `%s`, which `%s` holds\n", name_of(finding->links[i].thread),
				finding->links[i].wanted.lock->name, name_of(finding->links[(i + 1) % count].thread));
		return;
	}
	fputs("    ", text->stream);
	for (size_t i = 0; i < count; i++)
		fprintf(text->stream, "%s%s%-*s%s", i ? " | " : "", begin(text, BOLD), i + 1 < count ? width : 0,
			column_head(finding, i, room), end(text));
	fputc('\n', text->stream);
	for (size_t i = 0; i < count; i++)
		put_row(text, count, i, width, "takes", finding->links[i].held.lock->name);
	for (size_t i = 0; i < finding->stacks_count; i++)
		fprintf(text->stream, "    (now `%s` asks to write, and readers wait behind it)\n", name_of(finding->stacks[i].thread));
	for (size_t i = 0; i < count; i++)
		put_row(text, count, i, width, "waits for", finding->links[i].wanted.lock->name);
}

static void put_locks(const struct text *text, const struct finding *finding)
{
	fputs("\n  Locks:\n", text->stream);
	for (size_t i = 0; i < finding->locks_count; i++) {
		const struct lock *lock = finding->locks[i];

		/* The end of a thread, or a line that two stand in. */
		if (strcmp(lock->kind, "thread") == 0 || (i && lock == finding->locks[i - 1]))
			continue;
		fprintf(text->stream, "    `%s%s%s`: %s", begin(text, BOLD), lock->name, end(text), lock->kind);
		if (lock->created) {
			fprintf(text->stream, ", %s in ", lock->created_how);
			put_place(text, lock->created);
		} else {
			fputs(", static", text->stream);
		}
		fputc('\n', text->stream);
	}
}

/* ---- deadlocks ---- */

#define PICTURE_MAX 8 /* threads */

static void put_held_beside(const struct text *text, const struct blocked *blocked, const struct lock *but)
{
	for (size_t i = 0; i < blocked->held_count; i++) {
		if (blocked->held[i].lock == but)
			continue;
		fprintf(text->stream, "    it %sholds `%s`%s, taken in ", but ? "also " : "", blocked->held[i].lock->name,
			mode_words(&blocked->held[i]));
		if (blocked->held[i].stack)
			put_place(text, blocked->held[i].stack);
		fputc('\n', text->stream);
	}
}

static void put_since(const struct text *text, uint64_t msec)
{
	if (msec >= 10000)
		fprintf(text->stream, ", for %llu s so far", (unsigned long long)msec / 1000);
	else if (msec)
		fprintf(text->stream, ", for %llu.%llu s so far", (unsigned long long)msec / 1000, (unsigned long long)msec / 100 % 10);
}

static void put_ring_thread(const struct text *text, const struct finding *finding, size_t i)
{
	const struct link *link = &finding->links[i];
	const struct blocked *blocked = &finding->blocked[i];

	fputs("\n  ", text->stream);
	put_thread(text, link->thread);
	if (link->thread && spans_processes(finding))
		fprintf(text->stream, " of process %d", (int)link->thread->pid);
	fprintf(text->stream, "\n    %s", blocked->waits);
	if (finding->links[(i + 1) % finding->links_count].by == LINK_QUEUE)
		fputs(", behind a writer", text->stream);
	put_since(text, blocked->msec);
	fputs(", here:\n", text->stream);
	put_stack(text, link->wanted.stack);
	if (link->by == LINK_LOCK) {
		fprintf(text->stream, "    while it holds `%s`%s, taken here:\n", link->held.lock->name, mode_words(&link->held));
		put_stack(text, link->held.stack);
	}
	put_held_beside(text, blocked, link->by == LINK_LOCK ? link->held.lock : NULL);
}

static bool waits_alike(const struct blocked *a, const struct blocked *b)
{
	return a->stack == b->stack && a->holder == b->holder && strcmp(a->waits, b->waits) == 0 && a->held_count + b->held_count == 0;
}

/* Threads that wait alike are told together. */
static void put_beside(const struct text *text, const struct finding *finding, size_t i)
{
	const struct blocked *blocked = &finding->blocked[i];
	size_t others = 0;

	for (size_t j = finding->links_count; j < i; j++)
		if (waits_alike(&finding->blocked[j], blocked))
			return;
	for (size_t j = i + 1; j < finding->blocked_count; j++)
		others += waits_alike(&finding->blocked[j], blocked);
	fputs("\n  ", text->stream);
	put_thread(text, blocked->thread);
	if (others)
		fprintf(text->stream, " and %zu other%s", others, others == 1 ? "" : "s");
	fprintf(text->stream, "\n    %s", blocked->waits);
	if (blocked->holder && blocked->lock)
		fprintf(text->stream, ", which `%s` holds", blocked->holder->name);
	put_since(text, blocked->msec);
	fputs(", here:\n", text->stream);
	put_stack(text, blocked->stack);
	put_held_beside(text, blocked, NULL);
}

static void put_deadlock(const struct text *text, const struct finding *finding)
{
	fputc('\n', text->stream);
	if (finding->links_count <= PICTURE_MAX)
		picture_text(text->stream, "    ", finding);
	for (size_t i = 0; i < finding->links_count; i++)
		put_ring_thread(text, finding, i);
	if (finding->blocked_count > finding->links_count)
		fputs("\n  Threads that wait beside it:\n", text->stream);
	for (size_t i = finding->links_count; i < finding->blocked_count; i++)
		put_beside(text, finding, i);
	put_locks(text, finding);
}

/* ---- the witness ---- */

/* What the thread does, to be freed. */
static char *step_words(const struct witness_step *step)
{
	const char *quote = step->what ? "`" : "", *what = step->what ? step->what : "";
	char before[40] = "", *words;

	if (step->before)
		snprintf(before, sizeof(before), "%llu events, then ", (unsigned long long)step->before);
	if (asprintf(&words, "%s%s%s%s%s%s%s%s%s", before, step->does, *quote ? " " : "", quote, what, quote,
		     step->holder ? ", which `" : "", step->holder ? step->holder->name : "", step->holder ? "` holds" : "") < 0)
		return NULL;
	return words;
}

static void put_step(const struct text *text, size_t number, const struct witness_step *step, int name_width, int width)
{
	char *words = step_words(step);

	fprintf(text->stream, "    %3zu. %-*s  %-*s", number, name_width, name_of(step->thread), step->stack ? width : 0,
		words ? words : "");
	if (step->stack) {
		fputs("  ", text->stream);
		put_place(text, step->stack);
	}
	fputc('\n', text->stream);
	free(words);
}

#define STEP_WIDTH 56 /* columns for what a thread does, at most, before where it does it */

static void put_witness(const struct text *text, const struct witnessed *witness)
{
	size_t name_width = 0, width = 0;

	if (!witness || !witness->kind)
		return;
	for (size_t i = 0; i < witness->steps_count; i++) {
		size_t name = strlen(name_of(witness->steps[i].thread));
		char *words = step_words(&witness->steps[i]);

		name_width = name > name_width ? name : name_width;
		if (words && strlen(words) > width)
			width = strlen(words) < STEP_WIDTH ? strlen(words) : STEP_WIDTH;
		free(words);
	}
	fprintf(text->stream, "\n  A %s witness in the trace of this run (%s):\n", witness->kind, witness->why);
	if (witness->left_out)
		fprintf(text->stream, "         (after %llu changes of thread)\n", (unsigned long long)witness->left_out);
	for (size_t i = 0; i < witness->steps_count; i++)
		put_step(text, i + 1, &witness->steps[i], (int)name_width, (int)width);
}

static void put_cycle(const struct text *text, const struct finding *finding)
{
	put_ring(text, finding);
	for (size_t i = 0; i < finding->links_count; i++)
		put_link(text, finding, &finding->links[i]);
	for (size_t i = 0; i < finding->stacks_count; i++) {
		fputs("\n  ", text->stream);
		put_thread(text, finding->stacks[i].thread);
		fputs("\n    asks to write in between, and readers wait behind it:\n", text->stream);
		put_stack(text, finding->stacks[i].stack);
	}
	put_locks(text, finding);
	if (finding->level == LEVEL_ERROR)
		put_interleaving(text, finding);
	put_witness(text, finding->witness);
}

/* ---- other findings ---- */

static void put_misuse(const struct text *text, const struct finding *finding)
{
	for (size_t i = 0; i < finding->stacks_count; i++) {
		fprintf(text->stream, "\n  %s, by ", finding->stacks[i].label);
		put_thread(text, finding->stacks[i].thread);
		fputs(":\n", text->stream);
		put_stack(text, finding->stacks[i].stack);
	}
	put_locks(text, finding);
}

/* "  Heading:     text", broken at the report's width. */
static void put_heading(const struct text *text, const char *heading, const char *words)
{
	const int indent = 15;
	int column = indent;

	fprintf(text->stream, "  %-*s", indent - 2, heading);
	while (*words) {
		int word = (int)strcspn(words, " ");

		if (column > indent && column + 1 + word > text->width) {
			fprintf(text->stream, "\n%*s", indent, "");
			column = indent;
		}
		fprintf(text->stream, "%s%.*s", column > indent ? " " : "", word, words);
		column += word + (column > indent);
		words += word;
		words += strspn(words, " ");
	}
	fputc('\n', text->stream);
}

static void put_no_witness(const struct text *text, const struct witnessed *witness)
{
	char *words;

	if (asprintf(&words, "no witness found: %s", witness->why) < 0)
		return;
	put_heading(text, "Witness:", words);
	free(words);
}

static void put_title(const struct text *text, const struct finding *finding)
{
	fprintf(text->stream, "%s%s: %s%s", begin(text, paint_of(finding->level)), level_name(finding->level), rules[finding->rule].name,
		end(text));
	if (finding->count > 1)
		fprintf(text->stream, " (%llu times)", (unsigned long long)finding->count);
	fprintf(text->stream, " in %s, pid %d\n", base_name(finding->exe), (int)finding->pid);
	fprintf(text->stream, "  %s%s%s\n", begin(text, BOLD), finding->message, end(text));
}

static const char *fix_of(const struct finding *finding)
{
	if (finding->links_count == 1)
		return "Do not read the lock again while it is read: let the caller's lock do. Or leave its kind at the default, which "
		       "lets those "
		       "in who read already.";
	return explain_fix(finding->rule);
}

/* A cycle that is told already: the program stood in it. */
static bool was_deadlocked(const struct findings *findings, const struct finding *finding)
{
	for (size_t i = 0; i < findings->count; i++)
		if (findings->list[i].blocked_count && finding->blocked_count == 0 && !findings->list[i].suppressed &&
		    finding_same_ring(&findings->list[i], finding))
			return true;
	return false;
}

static void put_again(const struct text *text, const struct finding *finding)
{
	put_title(text, finding);
	put_heading(text, "Why:", "the ring of the deadlock above; it was there before the threads met in it");
	fprintf(text->stream, "  More:        gridlock explain %s\n", rules[finding->rule].name);
	fprintf(text->stream, "  Fingerprint: %s\n\n", finding->fingerprint);
}

static void put_finding(const struct text *text, const struct finding *finding)
{
	put_title(text, finding);
	if (finding->blocked_count)
		put_deadlock(text, finding);
	else if (finding->links_count)
		put_cycle(text, finding);
	else
		put_misuse(text, finding);
	fputc('\n', text->stream);
	put_heading(text, "Why:", finding->reason);
	if (finding->witness && !finding->witness->kind)
		put_no_witness(text, finding->witness);
	put_heading(text, "Fix:", fix_of(finding));
	fprintf(text->stream, "  More:        gridlock explain %s\n", rules[finding->rule].name);
	fprintf(text->stream, "  Fingerprint: %s\n\n", finding->fingerprint);
}

/* A note is a paragraph: where, and why it is no more than a note. */
static void put_note(const struct text *text, const struct finding *finding)
{
	put_title(text, finding);
	for (size_t i = 0; i < finding->links_count; i++) {
		const struct link *link = &finding->links[i];

		fprintf(text->stream, "    `%s` asked for ", link->wanted.lock->name);
		if (link->wanted.stack)
			put_place(text, link->wanted.stack);
		fprintf(text->stream, "; `%s` held since ", link->held.lock->name);
		if (link->held.stack)
			put_place(text, link->held.stack);
		fputc('\n', text->stream);
	}
	for (size_t i = 0; i < finding->stacks_count; i++) {
		fprintf(text->stream, "    %s: ", finding->stacks[i].label);
		put_place(text, finding->stacks[i].stack);
		fputc('\n', text->stream);
	}
	fprintf(text->stream, "    %s; %s\n\n", finding->reason, finding->fingerprint);
}

/* ---- the last line ---- */

static void put_count(const struct text *text, const char **separator, size_t count, const char *what)
{
	if (count == 0)
		return;
	fprintf(text->stream, "%s%zu %s%s", *separator, count, what, count == 1 ? "" : "s");
	*separator = ", ";
}

static size_t suppressed_count(const struct findings *findings)
{
	size_t count = 0;

	for (size_t i = 0; i < findings->count; i++)
		count += findings->list[i].suppressed;
	return count;
}

static void put_unseen(const struct text *text, const struct findings *findings)
{
	char *unseen = unseen_text(findings->unseen);

	if (unseen)
		fprintf(text->stream, "; not seen: %s", unseen);
	free(unseen);
}

static void put_summary(const struct text *text, const struct findings *findings)
{
	size_t suppressed = suppressed_count(findings);
	const char *separator = "";

	for (size_t i = 0; i < findings->limits_count; i++)
		fprintf(text->stream, "gridlock: limit: %s\n", findings->limits[i]);
	for (size_t i = 0; i < findings->remarks_count; i++)
		fprintf(text->stream, "gridlock: %s\n", findings->remarks[i]);
	fputs("gridlock: ", text->stream);
	put_count(text, &separator, findings_count(findings, LEVEL_ERROR), "error");
	put_count(text, &separator, findings_count(findings, LEVEL_WARNING), "warning");
	put_count(text, &separator, findings_count(findings, LEVEL_NOTE), "note");
	if (suppressed)
		fprintf(text->stream, "%s%zu suppressed", separator, suppressed);
	else if (!*separator)
		fputs("no findings", text->stream);
	fprintf(text->stream, "; %llu lock%s, %llu dependenc%s, %u process%s", (unsigned long long)findings->locks,
		findings->locks == 1 ? "" : "s", (unsigned long long)findings->dependencies, findings->dependencies == 1 ? "y" : "ies",
		findings->processes, findings->processes == 1 ? "" : "es");
	if (findings->processes && findings->locks == 0)
		fputs("; the library was loaded and saw no lock", text->stream);
	put_unseen(text, findings);
	if (findings->recording)
		fprintf(text->stream, "; full report: %s", findings->recording);
	fputc('\n', text->stream);
}

static bool is_silent(const struct findings *findings, const struct options *options)
{
	return option_flag(options, OPTION_QUIET) && findings->count == 0 && findings->remarks_count == 0 && findings->limits_count == 0;
}

static int terminal_width(int fd)
{
	struct winsize size;

	return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col >= 60 ? size.ws_col : 100;
}

int text_write(int fd, const struct findings *findings, const struct options *options)
{
	struct text text = {
		.color = wants_color(fd, options), .root = option_string(options, OPTION_SOURCE_ROOT), .width = terminal_width(fd)};
	char *memory;
	size_t size;
	int result;

	if (is_silent(findings, options))
		return 0;
	text.stream = open_memstream(&memory, &size);
	if (!text.stream)
		return -1;
	for (size_t i = 0; i < findings->count; i++) {
		if (findings->list[i].suppressed)
			continue;
		if (findings->list[i].level == LEVEL_NOTE)
			put_note(&text, &findings->list[i]);
		else if (was_deadlocked(findings, &findings->list[i]))
			put_again(&text, &findings->list[i]);
		else
			put_finding(&text, &findings->list[i]);
	}
	put_summary(&text, findings);
	result = fclose(text.stream) == 0 ? output_all(fd, memory, size) : -1;
	free(memory);
	return result;
}
