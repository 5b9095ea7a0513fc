/* text.c: the report for people (USER.md, "The text report"). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explain.h"
#include "findings.h"
#include "options.h"
#include "origins.h"
#include "output.h"
#include "paper.h"
#include "suppress_block.h"
#include "text.h"
#include "text_blocked.h"
#include "unseen.h"

/* ---- cycles ---- */

static void put_ring(const struct paper *paper, const struct finding *finding)
{
	fputs("\n  ", paper->stream);
	for (size_t i = 0; i < finding->links_count; i++)
		fprintf(paper->stream, "%s%s%s -> ", paper_begin(paper, BOLD), paper_text(paper, finding->links[i].held.lock->name),
			paper_end(paper));
	fprintf(paper->stream, "%s%s%s\n", paper_begin(paper, BOLD), paper_text(paper, finding->links[0].held.lock->name),
		paper_end(paper));
}

/* No thread has a link of a ring across runs: runs have. */
static void put_origins(const struct paper *paper, const struct link *link)
{
	char *words = origins_words(link->runs, link->runs_count);

	fprintf(paper->stream, "in %s, a thread", words);
	free(words);
}

static void put_link(const struct paper *paper, const struct finding *finding, const struct link *link)
{
	fputs("\n  ", paper->stream);
	if (link->runs_count)
		put_origins(paper, link);
	else
		paper_thread(paper, link->thread);
	if (link->thread && finding_spans_processes(finding))
		fprintf(paper->stream, " of process %d", (int)link->thread->pid);
	fprintf(paper->stream, "\n    asks for `%s`%s%s here:\n", paper_text(paper, link->wanted.lock->name), paper_mode(&link->wanted),
		strcmp(link->wanted.how, "timed") == 0 ? ", with a time limit," : "");
	paper_stack(paper, link->wanted.stack);
	fprintf(paper->stream, "    while it holds `%s`%s, taken here:\n", paper_text(paper, link->held.lock->name),
		paper_mode(&link->held));
	paper_stack(paper, link->held.stack);
}

/* One row of the interleaving: what thread `column` does, in its column. */
static void put_row(const struct paper *paper, size_t columns, size_t column, int width, const char *what, const char *lock)
{
	fputs("    ", paper->stream);
	for (size_t i = 0; i < column; i++)
		fprintf(paper->stream, "%-*s | ", width, "");
	fprintf(paper->stream, "%s `%s`", what, lock);
	if (column + 1 < columns)
		fprintf(paper->stream, "%*s |", width - (int)(strlen(what) + strlen(lock) + 3), "");
	fputc('\n', paper->stream);
}

#define HEAD_ROOM 200

/* Who does it, above a column. */
static const char *column_head(const struct finding *finding, size_t column, char room[HEAD_ROOM])
{
	const struct thread *thread = finding->links[column].thread;

	if (thread && finding_spans_processes(finding))
		snprintf(room, HEAD_ROOM, "%s of process %d", paper_name(thread), (int)thread->pid);
	else
		snprintf(room, HEAD_ROOM, "%s", paper_name(thread));
	return room;
}

static int column_width(const struct paper *paper, const struct finding *finding)
{
	char room[HEAD_ROOM];
	size_t width = 12;

	for (size_t i = 0; i < finding->links_count; i++) {
		size_t here = strlen(paper_text(paper, finding->links[i].wanted.lock->name)) + 17,
		       head = strlen(column_head(finding, i, room));

		width = here > width ? here : width;
		width = head > width ? head : width;
	}
	return (int)width;
}

static void put_interleaving(const struct paper *paper, const struct finding *finding)
{
	size_t count = finding->links_count;
	int width = column_width(paper, finding);
	char room[HEAD_ROOM];

	fputs("\n  How it locks up:\n", paper->stream);
	if ((width + 3) * (int)count > paper->width + width) {
		for (size_t i = 0; i < count; i++)
			fprintf(paper->stream, "    thread `%s` takes `%s`\n", paper_name(finding->links[i].thread),
				paper_text(paper, finding->links[i].held.lock->name));
		for (size_t i = 0; i < count; i++)
			fprintf(paper->stream, "    thread `%s` waits for `%s`, which `%s` holds\n", paper_name(finding->links[i].thread),
				paper_text(paper, finding->links[i].wanted.lock->name), paper_name(finding->links[(i + 1) % count].thread));
		return;
	}
	fputs("    ", paper->stream);
	for (size_t i = 0; i < count; i++)
		fprintf(paper->stream, "%s%s%-*s%s", i ? " | " : "", paper_begin(paper, BOLD), i + 1 < count ? width : 0,
			column_head(finding, i, room), paper_end(paper));
	fputc('\n', paper->stream);
	for (size_t i = 0; i < count; i++)
		put_row(paper, count, i, width, "takes", paper_text(paper, finding->links[i].held.lock->name));
	for (size_t i = 0; i < finding->stacks_count; i++)
		fprintf(paper->stream, "    (now `%s` asks to write, and readers wait behind it)\n", paper_name(finding->stacks[i].thread));
	for (size_t i = 0; i < count; i++)
		put_row(paper, count, i, width, "waits for", paper_text(paper, finding->links[i].wanted.lock->name));
}

/* ---- the witness ---- */

/* What the thread does, to be freed. */
static char *step_words(const struct paper *paper, const struct witness_step *step)
{
	const char *quote = step->what ? "`" : "", *what = step->what ? paper_text(paper, step->what) : "";
	char before[40] = "", *words;

	if (step->before)
		snprintf(before, sizeof(before), "%llu events, then ", (unsigned long long)step->before);
	if (asprintf(&words, "%s%s%s%s%s%s%s%s%s", before, step->does, *quote ? " " : "", quote, what, quote,
		     step->holder ? ", which `" : "", step->holder ? step->holder->name : "", step->holder ? "` holds" : "") < 0)
		return NULL;
	return words;
}

static void put_step(const struct paper *paper, size_t number, const struct witness_step *step, int name_width, int width)
{
	char *words = step_words(paper, step);

	fprintf(paper->stream, "    %3zu. %-*s  %-*s", number, name_width, paper_name(step->thread), step->stack ? width : 0,
		words ? words : "");
	if (step->stack) {
		fputs("  ", paper->stream);
		paper_place(paper, step->stack);
	}
	fputc('\n', paper->stream);
	free(words);
}

#define STEP_WIDTH 56 /* columns for what a thread does, at most, before where it does it */

static void put_witness(const struct paper *paper, const struct witnessed *witness)
{
	size_t name_width = 0, width = 0;

	if (!witness || !witness->kind)
		return;
	for (size_t i = 0; i < witness->steps_count; i++) {
		size_t name = strlen(paper_name(witness->steps[i].thread));
		char *words = step_words(paper, &witness->steps[i]);

		name_width = name > name_width ? name : name_width;
		if (words && strlen(words) > width)
			width = strlen(words) < STEP_WIDTH ? strlen(words) : STEP_WIDTH;
		free(words);
	}
	fprintf(paper->stream, "\n  A %s witness in the trace of this run (%s):\n", witness->kind, witness->why);
	if (witness->left_out)
		fprintf(paper->stream, "         (after %llu changes of thread)\n", (unsigned long long)witness->left_out);
	for (size_t i = 0; i < witness->steps_count; i++)
		put_step(paper, i + 1, &witness->steps[i], (int)name_width, (int)width);
}

static void put_cycle(const struct paper *paper, const struct finding *finding)
{
	put_ring(paper, finding);
	for (size_t i = 0; i < finding->links_count; i++)
		put_link(paper, finding, &finding->links[i]);
	for (size_t i = 0; i < finding->stacks_count; i++) {
		fputs("\n  ", paper->stream);
		paper_thread(paper, finding->stacks[i].thread);
		fputs("\n    asks to write in between, and readers wait behind it:\n", paper->stream);
		paper_stack(paper, finding->stacks[i].stack);
	}
	paper_locks(paper, finding);
	if (finding->level == LEVEL_ERROR)
		put_interleaving(paper, finding);
	put_witness(paper, finding->witness);
}

/* ---- other findings ---- */

static void put_misuse(const struct paper *paper, const struct finding *finding)
{
	for (size_t i = 0; i < finding->stacks_count; i++) {
		fprintf(paper->stream, "\n  %s, by ", finding->stacks[i].label);
		paper_thread(paper, finding->stacks[i].thread);
		fputs(":\n", paper->stream);
		paper_stack(paper, finding->stacks[i].stack);
	}
	paper_locks(paper, finding);
}

static void put_no_witness(const struct paper *paper, const struct witnessed *witness)
{
	char *words;

	if (asprintf(&words, "no witness found: %s", witness->why) < 0)
		return;
	paper_heading(paper, "Witness:", words);
	free(words);
}

static void put_title(const struct paper *paper, const struct finding *finding)
{
	fprintf(paper->stream, "%s%s: %s%s", paper_begin(paper, paper_of_level(finding->level)), level_name(finding->level),
		rules[finding->rule].name, paper_end(paper));
	if (finding->count > 1)
		fprintf(paper->stream, " (%llu times)", (unsigned long long)finding->count);
	fprintf(paper->stream, " in %s", base_name(finding->exe));
	if (finding->runs_count > 1)
		fprintf(paper->stream, ", %zu runs", finding->runs_count);
	else
		fprintf(paper->stream, ", pid %d", (int)finding->pid);
	fputs(finding->baseline == BASELINE_KNOWN ? ", known (in the baseline)\n" : "\n", paper->stream);
	paper_sentence(paper, finding->message);
}

static void put_again(const struct paper *paper, const struct finding *finding)
{
	put_title(paper, finding);
	paper_heading(paper, "Why:", "the ring of the deadlock above; it was there before the threads met in it");
	fprintf(paper->stream, "  More:        gridlock explain %s\n", rules[finding->rule].name);
	fprintf(paper->stream, "  Fingerprint: %s\n\n", finding->fingerprint);
}

static void put_runs(const struct paper *paper, const struct finding *finding)
{
	char *words = finding->runs_count ? origins_words(finding->runs, finding->runs_count) : NULL;

	if (words)
		paper_heading(paper, "Seen in:", words);
	free(words);
}

static void put_finding(const struct paper *paper, const struct finding *finding)
{
	put_title(paper, finding);
	if (finding->blocked_count)
		text_deadlock(paper, finding);
	else if (finding->links_count)
		put_cycle(paper, finding);
	else
		put_misuse(paper, finding);
	fputc('\n', paper->stream);
	paper_heading(paper, "Why:", finding->reason);
	put_runs(paper, finding);
	if (finding->witness && !finding->witness->kind)
		put_no_witness(paper, finding->witness);
	paper_heading(paper, "Fix:", explain_fix(finding));
	fprintf(paper->stream, "  More:        gridlock explain %s\n", rules[finding->rule].name);
	fprintf(paper->stream, "  Fingerprint: %s\n\n", finding->fingerprint);
}

/* A note is a paragraph: where, and why it is no more than a note. */
static void put_note(const struct paper *paper, const struct finding *finding)
{
	put_title(paper, finding);
	for (size_t i = 0; i < finding->links_count; i++) {
		const struct link *link = &finding->links[i];

		fprintf(paper->stream, "    `%s` asked for ", paper_text(paper, link->wanted.lock->name));
		if (link->wanted.stack)
			paper_place(paper, link->wanted.stack);
		fprintf(paper->stream, "; `%s` held since ", paper_text(paper, link->held.lock->name));
		if (link->held.stack)
			paper_place(paper, link->held.stack);
		fputc('\n', paper->stream);
	}
	for (size_t i = 0; i < finding->stacks_count; i++) {
		fprintf(paper->stream, "    %s: ", finding->stacks[i].label);
		paper_place(paper, finding->stacks[i].stack);
		fputc('\n', paper->stream);
	}
	fprintf(paper->stream, "    %s; %s\n\n", paper_text(paper, finding->reason), finding->fingerprint);
}

/* ---- the last line ---- */

static void put_count(const struct paper *paper, const char **separator, size_t count, const char *what)
{
	if (count == 0)
		return;
	fprintf(paper->stream, "%s%zu %s%s", *separator, count, what, count == 1 ? "" : "s");
	*separator = ", ";
}

/* "2 errors (1 new)" */
static void put_level(const struct paper *paper, const char **separator, const struct findings *findings, enum level level)
{
	size_t count = findings_count(findings, level);

	put_count(paper, separator, count, level_name(level));
	if (count && findings_have_baseline(findings))
		fprintf(paper->stream, " (%zu new)", findings_count_new(findings, level));
}

static size_t suppressed_count(const struct findings *findings)
{
	size_t count = 0;

	for (size_t i = 0; i < findings->count; i++)
		count += findings->list[i].suppressed;
	return count;
}

static void put_unseen(const struct paper *paper, const struct findings *findings)
{
	char *unseen = unseen_text(findings->unseen);

	if (unseen)
		fprintf(paper->stream, "; not seen: %s", unseen);
	free(unseen);
}

static void put_summary(const struct paper *paper, const struct findings *findings)
{
	size_t suppressed = suppressed_count(findings);
	const char *separator = "";

	for (size_t i = 0; i < findings->limits_count; i++)
		fprintf(paper->stream, "gridlock: limit: %s\n", findings->limits[i]);
	for (size_t i = 0; i < findings->remarks_count; i++)
		fprintf(paper->stream, "gridlock: %s\n", findings->remarks[i]);
	fputs("gridlock: ", paper->stream);
	put_level(paper, &separator, findings, LEVEL_ERROR);
	put_level(paper, &separator, findings, LEVEL_WARNING);
	put_level(paper, &separator, findings, LEVEL_NOTE);
	if (suppressed)
		fprintf(paper->stream, "%s%zu suppressed", separator, suppressed);
	else if (!*separator)
		fputs("no findings", paper->stream);
	fprintf(paper->stream, "; %llu lock%s, %llu dependenc%s, %u process%s", (unsigned long long)findings->locks,
		findings->locks == 1 ? "" : "s", (unsigned long long)findings->dependencies, findings->dependencies == 1 ? "y" : "ies",
		findings->processes, findings->processes == 1 ? "" : "es");
	if (findings->runs > 1)
		fprintf(paper->stream, ", %zu runs", findings->runs);
	if (findings->processes && findings->locks == 0)
		fputs("; the library was loaded and saw no lock", paper->stream);
	put_unseen(paper, findings);
	if (findings->recording)
		fprintf(paper->stream, "; full report: %s", findings->recording);
	fputc('\n', paper->stream);
}

static double share(uint64_t part, uint64_t whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0;
}

/* Bytes, for people. */
static void put_bytes(const struct paper *paper, uint64_t bytes)
{
	if (bytes < 10 << 20)
		fprintf(paper->stream, "%llu KiB", (unsigned long long)(bytes + 1023) >> 10);
	else
		fprintf(paper->stream, "%llu MiB", (unsigned long long)(bytes + (1 << 19)) >> 20);
}

/* --stats: what gridlock itself cost. */
static void put_stats(const struct paper *paper, const struct findings *findings)
{
	const uint64_t *stats = findings->stats;
	FILE *stream = paper->stream;

	fprintf(stream, "gridlock: %llu acquisitions, %.1f %% of them nested; %llu waits\n", (unsigned long long)stats[STAT_ACQUISITIONS],
		share(stats[STAT_NESTED], stats[STAT_ACQUISITIONS]), (unsigned long long)stats[STAT_WAITS]);
	fprintf(stream, "gridlock: stacks: %llu walked, %.1f frames each, for %.3f %% of acquisitions; ",
		(unsigned long long)stats[STAT_UNWINDS], stats[STAT_UNWINDS] ? (double)stats[STAT_FRAMES] / (double)stats[STAT_UNWINDS] : 0,
		share(stats[STAT_UNWINDS], stats[STAT_ACQUISITIONS]));
	fprintf(stream, "of %llu known ones looked at again %llu wrong (%.3f %%)\n", (unsigned long long)stats[STAT_CHECKED],
		(unsigned long long)stats[STAT_WRONG], share(stats[STAT_WRONG], stats[STAT_CHECKED]));
	fprintf(stream, "gridlock: nested contexts: %llu new, for %.3f %% of nested acquisitions\n",
		(unsigned long long)stats[STAT_CONTEXTS], share(stats[STAT_CONTEXTS], stats[STAT_NESTED]));
	fprintf(stream, "gridlock: slow path: %llu times, %.3f ms in all, %.2f us each\n", (unsigned long long)stats[STAT_SLOW],
		(double)stats[STAT_SLOW_NSEC] / 1e6, stats[STAT_SLOW] ? (double)stats[STAT_SLOW_NSEC] / 1e3 / (double)stats[STAT_SLOW] : 0);
	fputs("gridlock: memory: ", stream);
	put_bytes(paper, stats[STAT_MEMORY]);
	fputs(" in the processes, recording ", stream);
	put_bytes(paper, findings->recording_bytes);
	fputc('\n', stream);
}

static bool is_silent(const struct findings *findings, const struct options *options)
{
	return option_flag(options, OPTION_QUIET) && !option_flag(options, OPTION_STATS) && findings->count == 0 &&
	       findings->remarks_count == 0 && findings->limits_count == 0;
}

/* Ready to be copied: without colour, from the left margin. */
static void put_suppression(const struct paper *paper, const struct finding *finding)
{
	block_write(paper->stream, finding);
	fputc('\n', paper->stream);
}

void text_finding(FILE *stream, const struct finding *finding, const struct options *options)
{
	struct paper paper = paper_begun(-1, options);

	paper.color = false;
	paper.stream = stream;
	if (finding->level == LEVEL_NOTE)
		put_note(&paper, finding);
	else
		put_finding(&paper, finding);
	paper_over(&paper);
}

int text_write(int fd, const struct findings *findings, const struct options *options)
{
	struct deadlocks deadlocks;
	struct paper paper;
	struct output_text text;
	int result;

	if (is_silent(findings, options))
		return 0;
	if (!output_begin(&text))
		return -1;
	paper = paper_begun(fd, options);
	paper.stream = text.stream;
	deadlocks = deadlocks_of(findings);
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->list[i];

		if (finding->suppressed)
			continue;
		if (finding->level == LEVEL_NOTE)
			put_note(&paper, finding);
		else if (deadlocks_find(&deadlocks, finding))
			put_again(&paper, finding);
		else
			put_finding(&paper, finding);
		if (strcmp(option_string(options, OPTION_GEN_SUPPRESSIONS), "all") == 0)
			put_suppression(&paper, finding);
	}
	free(deadlocks.list);
	if (option_flag(options, OPTION_STATS))
		put_stats(&paper, findings);
	put_summary(&paper, findings);
	result = output_end(&text, fd);
	paper_over(&paper);
	return result;
}
