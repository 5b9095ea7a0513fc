/* blocked.c: see blocked.h. */
#include "blocked.h"

#include <string.h>

#include "graph/waits.h"

/* ---- one thread ---- */

static const char *const hows[] = {[LOCK_BLOCKING] = "blocking", [LOCK_TIMED] = "timed", [LOCK_TRY] = "try"};

static const char *mode_name(uint32_t mode)
{
	return mode == LOCK_SHARED ? "shared" : "exclusive";
}

static const char *how_name(uint32_t how)
{
	return how <= LOCK_TRY ? hows[how] : "blocking";
}

static struct acquisition held_of(struct builder *builder, const struct fact_held *held)
{
	return (struct acquisition){build_lock(builder, held->lock), mode_name(held->mode), how_name(held->how),
				    build_stack(builder, held->stack)};
}

static bool is_rwlock(const struct lock *lock)
{
	return strstr(lock->kind, "rwlock") != NULL;
}

/* What it waits for, in words. `joined`: the thread whose end that is, or NULL. */
static const char *words(struct builder *builder, const struct fact_blocked *state, const struct lock *lock, const struct thread *joined)
{
	const char *limited = WAIT_HOW(state->wait) == LOCK_TIMED ? ", with a time limit" : "";

	switch (WAIT_WHAT(state->wait)) {
	case LOCK_EXCLUSIVE:
	case LOCK_SHARED:
		return build_text(builder, "waits %s `%s`%s",
				  !is_rwlock(lock)			  ? "for"
				  : WAIT_WHAT(state->wait) == LOCK_SHARED ? "to read"
									  : "to write",
				  lock->name, limited);
	case WAIT_CONDITION:
		return lock ? build_text(builder, "waits on a condition, with `%s`%s", lock->name, limited)
			    : build_text(builder, "waits on a condition%s", limited);
	case WAIT_SEMAPHORE:
		return build_text(builder, "waits for a semaphore%s", limited);
	case WAIT_BARRIER:
		return "waits at a barrier";
	case WAIT_JOIN:
		return build_text(builder, joined ? "waits for thread `%s` to end%s" : "waits for a thread%s to end%s",
				  joined ? joined->name : "", limited);
	default:
		return "runs";
	}
}

/* Who holds what it waits for, or is joined, among the others; and which of its locks that is, -1: none. */
static const struct waiter *holder_of(const struct waiters *waiters, const struct waiter *waiter, int *which)
{
	const struct fact_blocked *state = waiter->state;
	uint32_t what = WAIT_WHAT(state->wait);

	*which = -1;
	for (size_t i = 0; i < waiters->count; i++) {
		const struct waiter *other = &waiters->list[i];

		if (other == waiter || other->image != waiter->image || other->process != waiter->process)
			continue;
		if (what == WAIT_JOIN && other->state->thread == state->lock)
			return other;
		for (uint32_t j = 0; what <= LOCK_SHARED && j < other->state->count; j++) {
			*which = (int)j;
			if (other->state->held[j].lock == state->lock &&
			    (other->state->held[j].mode == LOCK_EXCLUSIVE || what != LOCK_SHARED))
				return other;
		}
	}
	return NULL;
}

struct blocked blocked_of(struct builder *builder, const struct waiters *waiters, const struct waiter *waiter)
{
	const struct fact_blocked *state = waiter->state;
	int which;
	const struct waiter *holder = holder_of(waiters, waiter, &which);
	uint32_t what = WAIT_WHAT(state->wait);
	struct blocked blocked = {.thread = waiter_thread(builder, waiter), .msec = state->nsec / 1000000};
	const struct thread *joined = NULL;

	if ((what <= LOCK_SHARED || what == WAIT_CONDITION) && state->lock)
		blocked.lock = build_lock(builder, state->lock);
	blocked.stack = build_stack(builder, state->stack);
	blocked.held = build_alloc(builder, state->count * sizeof(*blocked.held));
	for (; blocked.held_count < state->count; blocked.held_count++)
		blocked.held[blocked.held_count] = held_of(builder, &state->held[blocked.held_count]);
	if (holder)
		blocked.holder = waiter_thread(builder, holder);
	if (what == WAIT_JOIN)
		joined = holder ? blocked.holder : build_thread(builder, (uint32_t)state->lock);
	blocked.waits = words(builder, state, blocked.lock, joined);
	if (holder && which >= 0)
		blocked.taken = build_stack(builder, holder->state->held[which].stack);
	return blocked;
}

/* ---- the ring ---- */

bool blocked_wants(const struct builder *builder, const struct waiter *waiter, size_t image, uint32_t process, uint64_t lock)
{
	const struct fact_lock *wanted = image_lock(&builder->run->images[waiter->image], waiter->state->lock);
	const struct fact_lock *other = image_lock(&builder->run->images[image], lock);

	if (wanted && other && wanted->inode && other->inode)
		return wanted->device == other->device && wanted->inode == other->inode && wanted->offset == other->offset;
	return waiter->image == image && waiter->process == process && waiter->state->lock == lock;
}

int blocked_by(const struct builder *builder, const struct waiter *waiter, const struct waiter *holder)
{
	uint32_t what = WAIT_WHAT(waiter->state->wait);

	for (uint32_t i = 0; what != WAIT_JOIN && i < holder->state->count; i++) {
		const struct fact_held *held = &holder->state->held[i];

		if ((held->mode == LOCK_EXCLUSIVE || what != LOCK_SHARED) &&
		    blocked_wants(builder, waiter, holder->image, holder->process, held->lock))
			return (int)i;
	}
	return -1;
}

/* What the thread holds that the one before it waits for. */
static struct acquisition kept_by(struct builder *builder, const struct waiter *waiter, enum link_by by, int lock,
				  const struct thread *thread)
{
	const struct fact_blocked *state = waiter->state;

	if (by == LINK_LOCK)
		return held_of(builder, &state->held[lock]);
	if (by == LINK_END)
		return (struct acquisition){build_end(builder, thread), "exclusive", "blocking", thread ? thread->created : NULL};
	return (struct acquisition){build_lock(builder, state->lock), "exclusive", "blocking", build_stack(builder, state->stack)};
}

static struct link link_of(struct builder *builder, const struct waiter *before, const struct waiter *waiter, const struct waiter *after)
{
	const struct fact_blocked *state = waiter->state;
	uint32_t what = WAIT_WHAT(state->wait);
	int lock = blocked_by(builder, before, waiter);
	struct link link = {.by = lock >= 0 ? LINK_LOCK : WAIT_WHAT(before->state->wait) == WAIT_JOIN ? LINK_END : LINK_QUEUE};

	link.thread = waiter_thread(builder, waiter);
	link.held = kept_by(builder, waiter, link.by, lock, link.thread);
	link.wanted = (struct acquisition){
		.mode = mode_name(what), .how = how_name(WAIT_HOW(state->wait)), .stack = build_stack(builder, state->stack)};
	/* Inside a condition wait, past its signal, there is no limit any more. */
	if (what == WAIT_CONDITION)
		link.wanted.how = "blocking";
	link.wanted.lock = what == WAIT_JOIN ? build_end(builder, waiter_thread(builder, after)) : build_lock(builder, state->lock);
	return link;
}

/* Those of the ring first, in its order; then the others of its processes, who wait too. */
static void add_blocked(struct builder *builder, struct finding *finding, const struct waiters *waiters, const struct stuck_ring *ring)
{
	finding->blocked = build_alloc(builder, waiters->count * sizeof(*finding->blocked));
	for (size_t i = 0; i < ring->length; i++) {
		finding->blocked[finding->blocked_count] = blocked_of(builder, waiters, &waiters->list[ring->members[i]]);
		finding->blocked[finding->blocked_count].in_ring = true;
		finding->blocked[finding->blocked_count++].holder = finding->links[(i + 1) % ring->length].thread;
	}
	for (size_t i = 0; i < waiters->count; i++) {
		bool in_ring = false, beside = false;

		for (size_t j = 0; j < ring->length; j++) {
			in_ring |= ring->members[j] == i;
			beside |= waiters->list[ring->members[j]].image == waiters->list[i].image &&
				  waiters->list[ring->members[j]].process == waiters->list[i].process;
		}
		if (!in_ring && beside && waiters->list[i].state->wait != WAIT_NOTHING)
			finding->blocked[finding->blocked_count++] = blocked_of(builder, waiters, &waiters->list[i]);
	}
}

/* A ring has no beginning: it starts with the thread of the lowest number, whoever found it. */
static struct stuck_ring rotated(struct builder *builder, const struct waiters *waiters, const struct stuck_ring *ring)
{
	uint32_t *members = build_alloc(builder, ring->length * sizeof(*members));
	size_t first = 0;

	for (size_t i = 1; i < ring->length; i++) {
		const struct waiter *a = &waiters->list[ring->members[i]], *b = &waiters->list[ring->members[first]];

		if (a->image < b->image || (a->image == b->image && a->state->thread < b->state->thread))
			first = i;
	}
	for (size_t i = 0; i < ring->length; i++)
		members[i] = ring->members[(first + i) % ring->length];
	return (struct stuck_ring){ring->length, members};
}

struct finding blocked_finding(struct builder *builder, const struct waiters *waiters, const struct stuck_ring *unrotated)
{
	const struct stuck_ring turned = rotated(builder, waiters, unrotated), *ring = &turned;
	const struct waiter *first = &waiters->list[ring->members[0]];
	const struct fact_process *process;
	struct finding finding = {.rule = RULE_DEADLOCK, .count = 1, .links_count = ring->length, .locks_count = ring->length};

	finding.links = build_alloc(builder, ring->length * sizeof(*finding.links));
	finding.locks = build_alloc(builder, ring->length * sizeof(*finding.locks));
	for (size_t i = 0; i < ring->length; i++) {
		finding.links[i] = link_of(builder, &waiters->list[ring->members[(i + ring->length - 1) % ring->length]],
					   &waiters->list[ring->members[i]], &waiters->list[ring->members[(i + 1) % ring->length]]);
		finding.locks[i] = finding.links[i].held.lock;
	}
	add_blocked(builder, &finding, waiters, ring);
	build_from(builder, first->image);
	process = (const struct fact_process *)index_find(&builder->image->processes, first->process);
	finding.pid = process ? (pid_t)process->pid : 0;
	finding.exe = process ? process->exe : "?";
	return finding;
}

const char *blocked_reason(struct builder *builder, const struct waiters *waiters, const struct stuck_ring *ring)
{
	const char *reason =
		"each of them waits, without a time limit, for what the next one has; seen twice, a second apart, with nothing changed";

	for (size_t i = 0; i < ring->length; i++) {
		const struct waiter *waiter = &waiters->list[ring->members[i]];
		const struct fact_blocked *state = waiter->state;

		if (WAIT_WHAT(state->wait) == WAIT_CONDITION)
			reason = build_text(builder, "%s; `%s` has been signalled, and waits inside pthread_cond_wait for its mutex",
					    reason, waiter_thread(builder, waiter)->name);
		else if (WAIT_HOW(state->wait) == LOCK_TIMED)
			reason = build_text(builder, "%s; only `%s` has a limit, of more than a minute", reason,
					    waiter_thread(builder, waiter)->name);
	}
	return reason;
}
