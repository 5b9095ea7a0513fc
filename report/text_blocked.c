/* text_blocked.c: see text_blocked.h. */
#include "text_blocked.h"

#include <string.h>

#include "picture.h"

#define PICTURE_MAX 8 /* threads */

static void put_held_beside(const struct paper *paper, const struct blocked *blocked, const struct lock *but)
{
	for (size_t i = 0; i < blocked->held_count; i++) {
		if (blocked->held[i].lock == but)
			continue;
		fprintf(paper->stream, "    it %sholds `%s`%s, taken in ", but ? "also " : "",
			paper_text(paper, blocked->held[i].lock->name), paper_mode(&blocked->held[i]));
		if (blocked->held[i].stack)
			paper_place(paper, blocked->held[i].stack);
		fputc('\n', paper->stream);
	}
}

static void put_since(const struct paper *paper, uint64_t msec)
{
	if (msec >= 10000)
		fprintf(paper->stream, ", for %llu s so far", (unsigned long long)msec / 1000);
	else if (msec)
		fprintf(paper->stream, ", for %llu.%llu s so far", (unsigned long long)msec / 1000, (unsigned long long)msec / 100 % 10);
}

static void put_ring_thread(const struct paper *paper, const struct finding *finding, size_t i)
{
	const struct link *link = &finding->links[i];
	const struct blocked *blocked = &finding->blocked[i];

	fputs("\n  ", paper->stream);
	paper_thread(paper, link->thread);
	if (link->thread && finding_spans_processes(finding))
		fprintf(paper->stream, " of process %d", (int)link->thread->pid);
	fprintf(paper->stream, "\n    %s", paper_text(paper, blocked->waits));
	if (finding->links[(i + 1) % finding->links_count].by == LINK_QUEUE)
		fputs(", behind a writer", paper->stream);
	put_since(paper, blocked->msec);
	fputs(", here:\n", paper->stream);
	paper_stack(paper, link->wanted.stack);
	if (link->by == LINK_LOCK) {
		fprintf(paper->stream, "    while it holds `%s`%s, taken here:\n", paper_text(paper, link->held.lock->name),
			paper_mode(&link->held));
		paper_stack(paper, link->held.stack);
	}
	put_held_beside(paper, blocked, link->by == LINK_LOCK ? link->held.lock : NULL);
}

bool text_waits_alike(const struct blocked *a, const struct blocked *b)
{
	return a->stack == b->stack && a->holder == b->holder && strcmp(a->waits, b->waits) == 0 && a->held_count + b->held_count == 0;
}

void text_waiter(const struct paper *paper, const struct blocked *blocked, size_t others)
{
	fputs("\n  ", paper->stream);
	paper_thread(paper, blocked->thread);
	if (others)
		fprintf(paper->stream, " and %zu other%s", others, others == 1 ? "" : "s");
	fprintf(paper->stream, "\n    %s", paper_text(paper, blocked->waits));
	if (blocked->holder && blocked->lock)
		fprintf(paper->stream, ", which `%s` holds", blocked->holder->name);
	put_since(paper, blocked->msec);
	if (blocked->stack) {
		fputs(", here:\n", paper->stream);
		paper_stack(paper, blocked->stack);
	} else {
		fputc('\n', paper->stream);
	}
	if (blocked->holder && blocked->lock && blocked->taken) {
		fprintf(paper->stream, "    `%s` took it in ", blocked->holder->name);
		paper_place(paper, blocked->taken);
		fputc('\n', paper->stream);
	}
	put_held_beside(paper, blocked, NULL);
}

/* Threads that wait alike are told together. */
static void put_beside(const struct paper *paper, const struct finding *finding, size_t i)
{
	size_t others = 0;

	for (size_t j = finding->links_count; j < i; j++)
		if (text_waits_alike(&finding->blocked[j], &finding->blocked[i]))
			return;
	for (size_t j = i + 1; j < finding->blocked_count; j++)
		others += text_waits_alike(&finding->blocked[j], &finding->blocked[i]);
	text_waiter(paper, &finding->blocked[i], others);
}

void text_deadlock(const struct paper *paper, const struct finding *finding)
{
	fputc('\n', paper->stream);
	if (finding->links_count <= PICTURE_MAX)
		picture_text(paper->stream, "    ", finding);
	for (size_t i = 0; i < finding->links_count; i++)
		put_ring_thread(paper, finding, i);
	if (finding->blocked_count > finding->links_count)
		fputs("\n  Threads that wait beside it:\n", paper->stream);
	for (size_t i = finding->links_count; i < finding->blocked_count; i++)
		put_beside(paper, finding, i);
	paper_locks(paper, finding);
}
