/* stuck.c: see stuck.h. */
#include "stuck.h"

#include <stdlib.h>
#include <string.h>

#include "blocked.h"
#include "graph/hash.h"
#include "graph/waits.h"
#include "memory.h"
#include "slots.h"

/* ---- which lock it is ---- */

/* Locks that have a number here: by what they are known by. */
struct known_lock {
	size_t image;
	uint32_t process;
	uint64_t number;
	const struct fact_lock *fact;
};
struct known_locks {
	const struct run *run;
	struct known_lock *list;
	size_t count;
};

static bool same_lock(const struct known_lock *a, const struct known_lock *b)
{
	if (a->fact && b->fact && a->fact->inode && b->fact->inode)
		return a->fact->device == b->fact->device && a->fact->inode == b->fact->inode && a->fact->offset == b->fact->offset;
	return a->image == b->image && a->process == b->process && a->number == b->number;
}

static uint64_t lock_number(struct known_locks *locks, const struct waiter *waiter, uint64_t number)
{
	struct known_lock lock = {waiter->image, waiter->process, number, image_lock(&locks->run->images[waiter->image], number)};

	for (size_t i = 0; i < locks->count; i++)
		if (same_lock(&locks->list[i], &lock))
			return i + 1;
	locks->list = resized(locks->list, locks->count + 1, sizeof(*locks->list));
	locks->list[locks->count++] = lock;
	return locks->count;
}

/* Threads' numbers are those of their image. */
static uint64_t end_number(const struct waiter *waiter, uint32_t thread)
{
	return WAITS_END((uint64_t)waiter->image << 32 | thread);
}

/* ---- rings ---- */

static struct waits_thread wait_of(struct known_locks *locks, const struct waiter *waiter)
{
	const struct fact_blocked *state = waiter->state;
	uint32_t what = WAIT_WHAT(state->wait);
	struct waits_thread wait = {.mode = (uint8_t)what, .soft = WAIT_HOW(state->wait) != LOCK_BLOCKING};

	if (what <= LOCK_SHARED)
		wait.wants = lock_number(locks, waiter, state->lock);
	else if (what == WAIT_JOIN && state->lock)
		wait = (struct waits_thread){.wants = end_number(waiter, (uint32_t)state->lock), .soft = wait.soft};
	return wait;
}

/* What the thread holds: its locks, its end, its place in a line. At most `state->count + 2`. */
static uint32_t held_of(struct known_locks *locks, const struct waiter *waiter, uint64_t wants, struct waits_held *held)
{
	const struct fact_blocked *state = waiter->state;
	uint32_t count = 0;

	for (; count < state->count; count++)
		held[count] = (struct waits_held){lock_number(locks, waiter, state->held[count].lock), state->held[count].mode};
	held[count++] = (struct waits_held){end_number(waiter, state->thread), LOCK_EXCLUSIVE};
	if (WAIT_WHAT(state->wait) == LOCK_EXCLUSIVE && (state->wait & WAIT_WRITERS_FIRST))
		held[count++] = (struct waits_held){wants, WAITS_QUEUED};
	return count;
}

struct waits {
	struct waits_thread *threads;
	struct waits_held **held;
};

static struct waits waits_new(const struct run *run, const struct waiters *waiters)
{
	struct known_locks locks = {.run = run};
	struct waits waits = {new_zeroed(waiters->count + 1, sizeof(*waits.threads)), new_zeroed(waiters->count + 1, sizeof(*waits.held))};

	for (size_t i = 0; i < waiters->count; i++) {
		const struct waiter *waiter = &waiters->list[i];

		waits.threads[i] = wait_of(&locks, waiter);
		waits.held[i] = new_zeroed(waiter->state->count + 2, sizeof(**waits.held));
		waits.threads[i].held_count = held_of(&locks, waiter, waits.threads[i].wants, waits.held[i]);
		waits.threads[i].held = waits.held[i];
	}
	free(locks.list);
	return waits;
}

static void waits_free(struct waits *waits, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(waits->held[i]);
	free(waits->held);
	free(waits->threads);
}

void stuck_rings(struct builder *builder, const struct waiters *waiters, void (*found)(void *ctx, const struct stuck_ring *ring), void *ctx)
{
	struct waits waits = waits_new(builder->run, waiters);
	uint32_t *ring = new_zeroed(waiters->count + 1, sizeof(*ring)), *next = new_zeroed(waiters->count + 1, sizeof(*next));
	uint8_t *seen = new_zeroed(waiters->count + 1, 1), *done = new_zeroed(waiters->count + 1, 1);

	for (size_t i = 0; i < waiters->count; i++) {
		size_t length = done[i] ? 0 : waits_find_ring(waits.threads, waiters->count, i, false, ring, next, seen);

		for (size_t j = 0; j < length; j++)
			done[ring[j]] = 1;
		if (length > 1)
			found(ctx, &(struct stuck_ring){length, ring});
	}
	free(ring);
	free(next);
	free(seen);
	free(done);
	waits_free(&waits, waiters->count);
}

/* ---- findings ---- */

struct found {
	struct builder *builder;
	const struct waiters *waiters;
	bool watched; /* the launcher saw it while it was there */
	/* Threads of deadlocks that the launcher saw: killed, they show them too. */
	struct waiter *known;
	size_t known_count;
	void (*add)(struct builder *builder, const struct finding *finding);
};

/* The library saw it itself. */
static bool is_recorded(const struct image *image, uint32_t thread)
{
	for (size_t i = 0; i < image->blocked_count; i++)
		if (image->blocked[i]->thread == thread && image->blocked[i]->place)
			return true;
	return false;
}

static bool is_known(const struct found *found, const struct waiter *waiter)
{
	for (size_t i = 0; i < found->known_count; i++)
		if (found->known[i].image == waiter->image && found->known[i].process == waiter->process &&
		    found->known[i].sequence == waiter->sequence && found->known[i].tid == waiter->tid)
			return true;
	return is_recorded(&found->builder->run->images[waiter->image], waiter->state->thread);
}

static void add_ring(void *ctx, const struct stuck_ring *ring)
{
	struct found *found = ctx;
	struct finding finding;

	if (is_known(found, &found->waiters->list[ring->members[0]]))
		return;
	finding = blocked_finding(found->builder, found->waiters, ring);
	finding.reason = (char *)(found->watched ? blocked_reason(found->builder, found->waiters, ring)
						 : "each of them stood there, without a time limit, when its process ended");
	found->add(found->builder, &finding);
}

static void know(struct found *found, const struct waiters *waiters)
{
	found->known = resized(found->known, found->known_count + waiters->count + 1, sizeof(*found->known));
	if (waiters->count)
		memcpy(found->known + found->known_count, waiters->list, waiters->count * sizeof(*found->known));
	found->known_count += waiters->count;
}

static int compare_places(const void *left, const void *right)
{
	const struct waiter *a = left, *b = right;

	return a->state->place < b->state->place ? -1 : a->state->place > b->state->place;
}

/* One that the library saw. The ring's facts come last when sorted by place, those of others, with 0, first. */
static void add_recorded(struct builder *builder, size_t image, const struct fact_deadlock *deadlock,
			 void (*add)(struct builder *builder, const struct finding *finding))
{
	struct waiters waiters = waiters_of_deadlock(builder->run, image, deadlock);
	struct stuck_ring ring = {.length = deadlock->count};
	uint32_t *members = new_zeroed(waiters.count + 1, sizeof(*members));

	if (waiters.count)
		qsort(waiters.list, waiters.count, sizeof(*waiters.list), compare_places);
	for (uint32_t i = 0; i < waiters.count && i < deadlock->count; i++)
		members[i] = (uint32_t)(waiters.count - deadlock->count + i);
	ring.members = members;
	/* A damaged recording may lack some. */
	if (deadlock->count > 1 && deadlock->count <= waiters.count && waiters.list[members[0]].state->place == 1) {
		struct finding finding = blocked_finding(builder, &waiters, &ring);

		finding.reason = (char *)blocked_reason(builder, &waiters, &ring);
		add(builder, &finding);
	}
	free(members);
	waiters_free(&waiters);
}

void stuck_recorded(struct builder *builder, size_t image, uint32_t process,
		    void (*add)(struct builder *builder, const struct finding *finding))
{
	const struct image *from = &builder->run->images[image];

	for (size_t i = 0; i < from->deadlocks_count; i++)
		if (from->deadlocks[i]->process == process)
			add_recorded(builder, image, from->deadlocks[i], add);
}

void stuck_find(struct builder *builder, void (*add)(struct builder *builder, const struct finding *finding))
{
	struct waiters waiters;
	struct found found = {.builder = builder, .waiters = &waiters, .watched = true, .add = add};

	for (unsigned number = 0; slots_read(builder->run, &number, &waiters); waiters_free(&waiters)) {
		stuck_rings(builder, &waiters, add_ring, &found);
		know(&found, &waiters);
	}
	found.watched = false;
	waiters = waiters_read(builder->run, WAITERS_DEAD);
	stuck_rings(builder, &waiters, add_ring, &found);
	waiters_free(&waiters);
	free(found.known);
}
