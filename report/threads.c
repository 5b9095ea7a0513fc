/* threads.c: see threads.h. */
#include "threads.h"

#include <stdlib.h>
#include <string.h>

#include "blocked.h"
#include "memory.h"
#include "output.h"
#include "text_blocked.h"

/* ---- what there is to be said of a wait ---- */

static const struct waiter *thread_of(const struct moment *moment, uint32_t thread)
{
	for (size_t i = 0; i < moment->waiters.count; i++)
		if (moment->waiters.list[i].image == moment->image && moment->waiters.list[i].process == moment->process &&
		    moment->waiters.list[i].state->thread == thread)
			return &moment->waiters.list[i];
	return NULL;
}

/* `start`: its start routine, if that is known beside. */
static const char *thread_name(struct moment *moment, uint32_t thread, frame_t start)
{
	const struct waiter *waiter = thread_of(moment, thread);
	const struct thread *known;
	const char *name;

	if (waiter)
		return waiter_thread(&moment->builder, waiter)->name;
	build_from(&moment->builder, moment->image);
	known = build_thread(&moment->builder, thread);
	name = known ? known->name : build_start_name(&moment->builder, start);
	return name ? name : build_text(&moment->builder, "thread %u", thread);
}

static pid_t pid_of(const struct moment *moment, size_t image, uint32_t serial)
{
	const struct fact_process *process = (const struct fact_process *)index_find(&moment->run->images[image].processes, serial);

	return process ? (pid_t)process->pid : 0;
}

/* A process-shared lock: who holds it among the threads of other processes, or did when his was killed. */
static const char *held_by_other(struct moment *moment, const struct waiter *waiter, const struct waiters *others, bool live)
{
	struct builder *builder = &moment->builder;

	for (size_t i = 0; i < others->count; i++) {
		const struct waiter *other = &others->list[i];
		bool same_process = other->image == waiter->image && other->process == waiter->process;
		int held = same_process ? -1 : blocked_by(builder, waiter, other);
		const struct thread *thread;
		const char *place, *said;

		if (held < 0)
			continue;
		thread = waiter_thread(builder, other);
		place = story_place(builder, build_stack(builder, other->state->held[held].stack));
		said = build_text(builder,
				  live ? "held by thread `%s` of process %d, which took it %s"
				       : "it will never be unlocked: thread `%s` of process %d, which took it %s, ended with its process",
				  thread->name, (int)pid_of(moment, other->image, other->process), place);
		build_from(builder, moment->image);
		return said;
	}
	return NULL;
}

/* A process-shared lock that another process left locked when it ended. */
static const char *left_by_process(struct moment *moment, const struct waiter *waiter)
{
	struct builder *builder = &moment->builder;

	for (size_t i = 0; i < moment->run->images_count; i++) {
		const struct image *image = &moment->run->images[i];

		for (size_t j = 0; j < image->findings_count; j++) {
			const struct fact_finding *finding = image->findings[j];
			const struct thread *thread;
			const char *said;

			if ((i == waiter->image && finding->process == waiter->process) || finding->stacks_count == 0 ||
			    (finding->rule != RULE_HELD_AT_EXIT && finding->rule != RULE_LOCK_LEAKED) ||
			    !blocked_wants(builder, waiter, i, finding->process, finding->lock))
				continue;
			build_from(builder, i);
			thread = build_thread(builder, finding->stacks[0].thread);
			said = build_text(
				builder,
				"it will never be unlocked: thread `%s` of process %d, which took it %s, ended without unlocking (%s)",
				thread ? thread->name : "?", (int)pid_of(moment, i, finding->process),
				story_place(builder, build_stack(builder, finding->stacks[0].stack)), rules[finding->rule].name);
			build_from(builder, moment->image);
			return said;
		}
	}
	return NULL;
}

/* Nobody in this process holds the lock. */
static const char *held_elsewhere(struct moment *moment, const struct waiter *waiter)
{
	const char *said = held_by_other(moment, waiter, &moment->waiters, true);
	struct waiters dead;

	if (said)
		return said;
	dead = waiters_read(moment->run, WAITERS_DEAD);
	said = held_by_other(moment, waiter, &dead, false);
	waiters_free(&dead);
	return said ? said : left_by_process(moment, waiter);
}

/* The lock was left locked: by whom, and how. */
static const char *orphaned(struct moment *moment, uint64_t lock)
{
	static const char *const causes[CAUSE_COUNT] = {
		"ended",	 "returned from its start routine", "called pthread_exit",
		"was cancelled", "left the section by longjmp",	    "left the section by an exception"};
	const struct image *image = &moment->run->images[moment->image];

	for (size_t i = 0; i < image->findings_count; i++) {
		const struct fact_finding *finding = image->findings[i];

		if (finding->process != moment->process || finding->rule != RULE_LOCK_LEAKED || finding->lock != lock ||
		    finding->stacks_count == 0 || finding->cause >= CAUSE_COUNT)
			continue;
		return build_text(
			&moment->builder, "it will never be unlocked: thread `%s`, which took it %s, %s without unlocking (lock-leaked)",
			thread_name(moment, finding->stacks[0].thread, 0),
			story_place(&moment->builder, build_stack(&moment->builder, finding->stacks[0].stack)), causes[finding->cause]);
	}
	return NULL;
}

/* Threads that have woken others at an object, in the order in which they did so first. */
struct wakers {
	const struct waker *list[WAKERS_COUNT];
	size_t count;
};

static void add_waker(struct wakers *wakers, const struct waker *waker)
{
	size_t at = wakers->count++;

	for (; at && wakers->list[at - 1]->when > waker->when; at--)
		wakers->list[at] = wakers->list[at - 1];
	wakers->list[at] = waker;
}

static void find_wakers(const struct moment *moment, uint64_t object, struct wakers *wakers)
{
	const struct image *image = &moment->run->images[moment->image];

	wakers->count = 0;
	for (uint32_t i = 1; i < image->header->chunks_max && (size_t)(i + 1) * RECORDING_CHUNK <= image->size; i++) {
		const struct recording_chunk *chunk =
			(const struct recording_chunk *)((const char *)image->data + (size_t)i * RECORDING_CHUNK);
		const struct waker *table = (const struct waker *)(chunk + 1);

		if (chunk->kind != CHUNK_WAKERS || chunk->process != moment->process)
			continue;
		for (uint32_t j = 0; j < WAKERS_COUNT; j++)
			if (table[j].object == object && wakers->count < WAKERS_COUNT)
				add_waker(wakers, &table[j]);
		return;
	}
}

#define WAKERS_SHOWN 4

static bool holds(const struct waiter *waiter, uint64_t lock)
{
	for (uint32_t i = 0; i < waiter->state->count; i++)
		if (waiter->state->held[i].lock == lock)
			return true;
	return false;
}

static bool may_go_on(const struct waiter *waiter)
{
	return waiter->state->wait == WAIT_NOTHING || WAIT_HOW(waiter->state->wait) == LOCK_TIMED;
}

/* What a thread is at that could end the wait of `waiter`, or NULL (it has ended). */
static const char *waker_does(struct moment *moment, const struct waiter *waiter, const struct waiter *thread)
{
	if (!thread)
		return "ended";
	if (thread->state->wait == WAIT_NOTHING)
		return "runs";
	if (WAIT_WHAT(thread->state->wait) <= LOCK_SHARED && holds(waiter, thread->state->lock))
		return build_text(&moment->builder, "waits for `%s`, which this thread holds",
				  build_lock(&moment->builder, thread->state->lock)->name);
	return may_go_on(thread) ? "waits itself, with a time limit" : "waits itself";
}

/* Of those who have ended the wait of others so far none can any more. */
static bool is_lost(const struct moment *moment, const struct waiter *waiter, const struct wakers *wakers)
{
	bool hope = may_go_on(waiter);

	for (size_t i = 0; i < wakers->count; i++) {
		const struct waiter *thread = thread_of(moment, wakers->list[i]->thread);

		/* A thread that signals at its own start says nothing of who will later. */
		hope |= thread && (thread == waiter || may_go_on(thread));
	}
	return wakers->count && !hope;
}

bool threads_lost(const struct moment *moment, const struct waiter *waiter)
{
	uint32_t what = WAIT_WHAT(waiter->state->wait);
	struct wakers wakers;

	if (what != WAIT_CONDITION && what != WAIT_SEMAPHORE)
		return false;
	find_wakers(moment, waiter->object, &wakers);
	return is_lost(moment, waiter, &wakers);
}

/* Who has ended the wait of others so far, and can still. */
static const char *woken_by(struct moment *moment, const struct waiter *waiter)
{
	struct builder *builder = &moment->builder;
	const char *said = "nobody has signalled it so far";
	struct wakers wakers;

	find_wakers(moment, waiter->object, &wakers);
	for (size_t i = 0; i < wakers.count; i++) {
		const struct waiter *thread = thread_of(moment, wakers.list[i]->thread);

		if (i < WAKERS_SHOWN)
			said = build_text(builder, "%s `%s`, %s (%s)", i ? build_text(builder, "%s;", said) : "signalled so far by",
					  thread_name(moment, wakers.list[i]->thread, wakers.list[i]->start),
					  story_place(builder, build_stack(builder, wakers.list[i]->stack)),
					  waker_does(moment, waiter, thread));
		else if (i == WAKERS_SHOWN)
			said = build_text(builder, "%s; and %zu other%s", said, wakers.count - i, wakers.count - i == 1 ? "" : "s");
	}
	return is_lost(moment, waiter, &wakers) ? build_text(builder, "%s: none of them goes on; a lost wake-up?", said) : said;
}

static const char *at_barrier(struct moment *moment, const struct waiter *waiter)
{
	size_t here = 0;

	for (size_t i = 0; i < moment->waiters.count; i++) {
		const struct waiter *other = &moment->waiters.list[i];

		here += other->image == waiter->image && other->process == waiter->process &&
			WAIT_WHAT(other->state->wait) == WAIT_BARRIER && other->object == waiter->object;
	}
	return waiter->state->lock
		       ? build_text(&moment->builder, "%zu of %llu threads have come", here, (unsigned long long)waiter->state->lock)
		       : NULL;
}

const char *threads_diagnosis(struct moment *moment, const struct waiter *waiter)
{
	const struct fact_blocked *state = waiter->state;
	struct blocked blocked = blocked_of(&moment->builder, &moment->waiters, waiter);
	const char *why;

	switch (WAIT_WHAT(state->wait)) {
	case LOCK_EXCLUSIVE:
	case LOCK_SHARED:
		if (blocked.holder)
			return NULL;
		why = orphaned(moment, state->lock);
		if (!why)
			why = held_elsewhere(moment, waiter);
		return why ? why : "no thread that runs or waits is known to hold it";
	case WAIT_CONDITION:
	case WAIT_SEMAPHORE:
		return woken_by(moment, waiter);
	case WAIT_BARRIER:
		return at_barrier(moment, waiter);
	default:
		return NULL;
	}
}

/* ---- all threads ---- */

/* Locks first, then what else is waited for, the longest first; then who runs and holds something, then who runs. */
static int rank(const struct waiter *waiter)
{
	uint32_t what = WAIT_WHAT(waiter->state->wait);

	if (what <= LOCK_SHARED)
		return 0;
	if (what == WAIT_JOIN)
		return 1;
	if (waiter->state->wait != WAIT_NOTHING)
		return 2;
	return waiter->state->count ? 3 : 4;
}

static int compare(const void *left, const void *right)
{
	const struct waiter *a = *(const struct waiter *const *)left, *b = *(const struct waiter *const *)right;

	if (rank(a) != rank(b))
		return rank(a) - rank(b);
	if (a->state->nsec != b->state->nsec)
		return a->state->nsec > b->state->nsec ? -1 : 1;
	return a->state->thread < b->state->thread ? -1 : a->state->thread > b->state->thread;
}

static void put_ring(void *ctx, const struct stuck_ring *ring)
{
	struct moment *moment = ((void **)ctx)[0];
	const struct paper *paper = ((void **)ctx)[1];
	const struct waiter *first = &moment->waiters.list[ring->members[0]];
	struct finding finding;

	if (first->image != moment->image || first->process != moment->process)
		return;
	finding = blocked_finding(&moment->builder, &moment->waiters, ring);
	story_tell(&moment->builder, &finding);
	fprintf(paper->stream, "  %sThey wait for each other%s: %s\n", paper_begin(paper, RED), paper_end(paper), finding.message);
}

/* A thread with all that is known of it. */
struct known {
	struct blocked blocked;
	const char *diagnosis; /* NULL: none */
};

static bool alike(const struct known *a, const struct known *b)
{
	return text_waits_alike(&a->blocked, &b->blocked) &&
	       strcmp(a->diagnosis ? a->diagnosis : "", b->diagnosis ? b->diagnosis : "") == 0;
}

/* Threads that wait alike are told together. */
static void put_known(const struct paper *paper, const struct known *list, size_t count, size_t i)
{
	size_t others = 0;

	for (size_t j = 0; j < i; j++)
		if (alike(&list[j], &list[i]))
			return;
	for (size_t j = i + 1; j < count; j++)
		others += alike(&list[j], &list[i]);
	text_waiter(paper, &list[i].blocked, others);
	if (list[i].diagnosis)
		fprintf(paper->stream, "    %s\n", list[i].diagnosis);
}

static void put_threads(const struct paper *paper, struct moment *moment, const struct waiter **list, size_t count)
{
	struct known *known = new_zeroed(count + 1, sizeof(*known));

	for (size_t i = 0; i < count; i++)
		known[i] = (struct known){blocked_of(&moment->builder, &moment->waiters, list[i]), threads_diagnosis(moment, list[i])};
	for (size_t i = 0; i < count; i++)
		put_known(paper, known, count, i);
	free(known);
}

/* Threads that run and hold nothing, in one paragraph. */
static void put_idle(const struct paper *paper, struct moment *moment, const struct waiter **list, size_t count)
{
	char *words = copied("run and hold nothing:");

	if (count)
		fputc('\n', paper->stream);
	for (size_t i = 0; i < count; i++) {
		char *more = printed("%s%s %s (%u)", words, i ? "," : "", waiter_thread(&moment->builder, list[i])->name, list[i]->tid);

		free(words);
		words = more;
	}
	if (count)
		paper_heading(paper, "Others:", words);
	free(words);
}

static void put_all(const struct paper *paper, struct moment *moment)
{
	const struct image *image = &moment->run->images[moment->image];
	const struct fact_process *process = (const struct fact_process *)index_find(&image->processes, moment->process);
	const struct waiter **list = new_zeroed(moment->waiters.count + 1, sizeof(*list));
	void *ctx[] = {moment, (void *)(uintptr_t)paper};
	size_t count = 0, waiting = 0, told = 0;

	for (size_t i = 0; i < moment->waiters.count; i++) {
		const struct waiter *waiter = &moment->waiters.list[i];

		if (waiter->image != moment->image || waiter->process != moment->process)
			continue;
		list[count++] = waiter;
		waiting += waiter->state->wait != WAIT_NOTHING;
	}
	fprintf(paper->stream, "%s, pid %d: %zu thread%s, %zu of them wait%s\n", process ? base_name(process->exe) : "?",
		process ? (int)process->pid : 0, count, count == 1 ? "" : "s", waiting, waiting == 1 ? "s" : "");
	stuck_rings(&moment->builder, &moment->waiters, put_ring, ctx);
	if (count)
		qsort(list, count, sizeof(*list), compare);
	while (told < count && rank(list[told]) < 4)
		told++;
	put_threads(paper, moment, list, told);
	put_idle(paper, moment, list + told, count - told);
	free(list);
}

int threads_write(int fd, struct moment *moment, const struct options *options)
{
	struct output_text text;
	struct paper paper;
	int result;

	if (!output_begin(&text))
		return -1;
	paper = paper_begun(fd, options);
	paper.stream = text.stream;
	put_all(&paper, moment);
	result = output_end(&text, fd);
	paper_over(&paper);
	return result;
}
