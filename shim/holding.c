/* holding.c: see holding.h. */
#include "holding.h"

#include <string.h>

#include "attach.h"
#include "events.h"
#include "graph/hash.h"

#define HELD_NOTED 8u
#define SIDES	   4u	 /* waits and wakes that are kept of an object */
#define MEETINGS   4096u /* objects */

/* A wait with locks held. */
struct wait_side {
	uint32_t thread, stack; /* 0: free */
	uint32_t count;
	struct took held[HELD_NOTED];
	struct learned learned[LEARNED_SIZE];
};
/* A signal, with what was needed for it. */
struct wake_side {
	uint32_t thread, stack;
	uint32_t count;
	uint64_t tick;
	struct took needed[HELD_NOTED];
};
/* Where threads meet: a condition, a semaphore, a barrier. */
struct meeting {
	const void *object;
	uint32_t next_wait, next_wake, next_free, next_told;
	uint32_t free[SIDES]; /* threads that have signalled and needed nothing for it */
	/* What was told, and may have to be taken back. */
	struct {
		struct fact_finding *fact;
		uint64_t lock;
		uint32_t waiter, waker;
	} told[SIDES];
	struct wait_side waits[SIDES];
	struct wake_side wakes[SIDES];
	UT_hash_handle hh;
};

/* ---- what a thread takes ---- */

void holding_took(struct self *self, const struct request *request, uint32_t stack)
{
	struct took *took;

	if (request->how != LOCK_BLOCKING || !request->lock)
		return;
	for (uint32_t i = 0; i < TOOK_SIZE; i++)
		if (self->took[i].lock == request->lock && self->took[i].idle == self->idles)
			return;
	took = &self->took[self->took_count++ % TOOK_SIZE];
	*took = (struct took){request->lock, stack, self->idles, request->mode,
			      atomic_fetch_add_explicit(&process->tick, 1, memory_order_relaxed)};
	self->took_idle = self->idles;
}

void holding_idle(struct self *self)
{
	self->idles++;
}

/* ---- meetings ---- */

static struct meeting *meeting_find(const void *object)
{
	struct meeting *meeting;

	HASH_FIND(hh, process->meetings, &object, sizeof(object), meeting);
	return meeting;
}

static struct meeting *meeting_of(const void *object)
{
	struct arena *arena = &process->arena;
	struct meeting *meeting = meeting_find(object);

	if (meeting || HASH_COUNT(process->meetings) >= MEETINGS)
		return meeting;
	event_arena_begin();
	meeting = arena_alloc(arena, sizeof(*meeting));
	if (!meeting)
		return NULL;
	meeting->object = object;
	HASH_ADD(hh, process->meetings, object, sizeof(meeting->object), meeting);
	if (hash_added(meeting))
		return meeting;
	arena_free(arena, meeting, sizeof(*meeting));
	return NULL;
}

void holding_forget(const void *object)
{
	struct meeting *meeting = process->meetings ? meeting_find(object) : NULL;
	struct arena *arena = &process->arena;

	if (!meeting)
		return;
	HASH_DELETE(hh, process->meetings, meeting);
	arena_free(arena, meeting, sizeof(*meeting));
}

static bool is_behind(const struct learned *learned, uint32_t thread, uint64_t tick)
{
	for (uint32_t i = 0; i < LEARNED_SIZE; i++)
		if (learned[i].thread == thread && learned[i].tick >= tick)
			return true;
	return false;
}

/* The one that the waiter holds and the other needed, each in a mode that keeps the other away. */
static const struct took *needed_of(const struct took *held, const struct took *needed, uint32_t count, const struct learned *learned,
				    uint32_t thread)
{
	for (uint32_t i = 0; i < count; i++)
		if (needed[i].lock == held->lock && (needed[i].mode == LOCK_EXCLUSIVE || held->mode == LOCK_EXCLUSIVE) &&
		    !is_behind(learned, thread, needed[i].tick))
			return &needed[i];
	return NULL;
}

static struct evidence evidence_of(const struct took *held, uint32_t waiter, uint32_t wait_stack, const struct took *needed, uint32_t waker,
				   uint32_t wake_stack)
{
	struct evidence evidence = {.rule = RULE_WAIT_HOLDING, .lock = held->lock};

	evidence_add(&evidence, LABEL_ACQUIRED, waiter, held->stack, held->mode);
	evidence_add(&evidence, LABEL_WAITED, waiter, wait_stack, 0);
	evidence_add(&evidence, LABEL_NEEDED, waker, needed->stack, needed->mode);
	evidence_add(&evidence, LABEL_WOKEN, waker, wake_stack, 0);
	return evidence;
}

static bool needs(const struct wake_side *wake, uint64_t lock)
{
	for (uint32_t i = 0; i < wake->count; i++)
		if (wake->needed[i].lock == lock)
			return true;
	return false;
}

/* Has that thread ever signalled here with the lock behind it? Later it may be seen no more. */
static bool has_needed(const struct meeting *meeting, uint32_t thread, uint64_t lock)
{
	for (uint32_t i = 0; i < SIDES; i++)
		if (meeting->wakes[i].thread == thread && needs(&meeting->wakes[i], lock))
			return true;
	return false;
}

/* Somebody else who signals here, and has not needed the lock. */
static bool is_ended_by_others(const struct meeting *meeting, uint32_t waiter, uint64_t lock)
{
	for (uint32_t i = 0; i < SIDES; i++) {
		uint32_t free = meeting->free[i], waker = meeting->wakes[i].thread;

		if ((free && free != waiter && !has_needed(meeting, free, lock)) ||
		    (waker && waker != waiter && !has_needed(meeting, waker, lock)))
			return true;
	}
	return false;
}

static void compare(struct self *self, struct meeting *meeting, const struct wait_side *wait, const struct wake_side *wake)
{
	if (!wait->thread || !wake->thread || wait->thread == wake->thread)
		return;
	for (uint32_t i = 0; i < wait->count; i++) {
		const struct took *held = &wait->held[i], *needed = needed_of(held, wake->needed, wake->count, wait->learned, wake->thread);
		struct evidence evidence;
		struct fact_finding *fact;

		if (!needed || is_ended_by_others(meeting, wait->thread, held->lock))
			continue;
		evidence = evidence_of(held, wait->thread, wait->stack, needed, wake->thread, wake->stack);
		fact = event_finding_locked(self, &evidence);
		meeting->told[meeting->next_told % SIDES].fact = fact;
		meeting->told[meeting->next_told % SIDES].lock = held->lock;
		meeting->told[meeting->next_told % SIDES].waiter = wait->thread;
		meeting->told[meeting->next_told++ % SIDES].waker = wake->thread;
	}
}

/* The thread has signalled without the locks of what was told. */
static void take_back(struct meeting *meeting, uint32_t thread)
{
	for (uint32_t i = 0; i < SIDES; i++)
		if (meeting->told[i].fact && thread != meeting->told[i].waiter &&
		    is_ended_by_others(meeting, meeting->told[i].waiter, meeting->told[i].lock)) {
			atomic_store_explicit(&meeting->told[i].fact->count, 0, memory_order_relaxed);
			meeting->told[i].fact = NULL;
		}
}

/* ---- waits ---- */

/* What the thread holds, as far as there is room. */
static uint32_t held_of(struct self *self, struct took *list, uint64_t but)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < self->attached->depth && count < HELD_NOTED; i++) {
		const struct held *held = self_held(self, i);

		/* What libc holds for the thread by other means than a lock, or the thread for libc, nobody needs to signal. */
		if (held->lock && !(held->flags & HELD_UNKNOWN) && held->lock != but)
			list[count++] = (struct took){held->lock, held->stack, self->idles, held->mode, UINT64_MAX};
	}
	return count;
}

void holding_waits(struct self *self, const void *object, struct site site)
{
	struct wait_side wait = {.thread = self->info->id};
	struct meeting *meeting;

	if (self->attached->depth == 0)
		return;
	wait.count = held_of(self, wait.held, 0);
	if (wait.count == 0)
		return;
	wait.stack = stack_capture(self, site)->stack;
	memcpy(wait.learned, self->learned, sizeof(wait.learned));
	if (!state_lock(self))
		return;
	meeting = meeting_of(object);
	for (uint32_t i = 0; meeting && i < SIDES; i++)
		compare(self, meeting, &wait, &meeting->wakes[i]);
	if (meeting)
		meeting->waits[meeting->next_wait++ % SIDES] = wait;
	process->waits_noted++;
	state_unlock(self);
}

/* ---- signals ---- */

/* What the thread holds now, and what it took since it waited for something. */
static uint32_t needed_for(struct self *self, struct took *list, uint64_t mutex)
{
	uint32_t count = held_of(self, list, mutex);

	for (uint32_t i = 0; i < TOOK_SIZE && count < HELD_NOTED && self->took_idle == self->idles; i++) {
		const struct took *took = &self->took[i];
		bool listed = took->lock == mutex || took->lock == 0 || took->idle != self->idles;

		for (uint32_t j = 0; j < count && !listed; j++)
			listed = list[j].lock == took->lock;
		if (!listed)
			list[count++] = *took;
	}
	return count;
}

static uint64_t key_of(const void *object, const struct wake_side *wake)
{
	uint64_t key = (uintptr_t)object;

	for (uint32_t i = 0; i < wake->count; i++)
		key = hash_mix(key, hash_mix(wake->needed[i].lock, wake->needed[i].stack));
	return key | 1;
}

/* A signal that needed nothing: of interest only where somebody met before. */
static void wakes_freely(struct self *self, const void *object)
{
	struct meeting *meeting;

	if (!process->meetings ||
	    (self->freed == object && self->freed_waits == atomic_load_explicit(&process->waits_noted, memory_order_relaxed)) ||
	    !state_lock(self))
		return;
	self->freed = object;
	self->freed_waits = atomic_load_explicit(&process->waits_noted, memory_order_relaxed);
	meeting = meeting_find(object);
	if (meeting) {
		bool listed = false;

		for (uint32_t i = 0; i < SIDES; i++)
			listed |= meeting->free[i] == self->info->id;
		if (!listed)
			meeting->free[meeting->next_free++ % SIDES] = self->info->id;
		take_back(meeting, self->info->id);
	}
	state_unlock(self);
}

void holding_wakes(struct self *self, const void *object, uint64_t mutex, struct site site)
{
	struct wake_side wake = {.thread = self->info->id};
	struct meeting *meeting;
	uint64_t key;

	if (self->attached->depth || self->took_idle == self->idles)
		wake.count = needed_for(self, wake.needed, mutex);
	if (wake.count == 0) {
		wakes_freely(self, object);
		return;
	}
	key = key_of(object, &wake);
	/* The same as the last time, and nobody has come to wait: nothing new. */
	if (key == self->woke_key && self->woke_waits == atomic_load_explicit(&process->waits_noted, memory_order_relaxed))
		return;
	wake.stack = stack_capture(self, site)->stack;
	wake.tick = atomic_fetch_add_explicit(&process->tick, 1, memory_order_relaxed);
	if (!state_lock(self))
		return;
	self->woke_waits = atomic_load_explicit(&process->waits_noted, memory_order_relaxed);
	meeting = meeting_of(object);
	if (meeting && key != self->woke_key) {
		meeting->wakes[meeting->next_wake++ % SIDES] = wake;
		process->wakes_noted++;
	}
	for (uint32_t i = 0; meeting && i < SIDES; i++)
		compare(self, meeting, &meeting->waits[i], &wake);
	if (meeting)
		take_back(meeting, self->info->id);
	self->woke_key = key;
	state_unlock(self);
}

/* ---- what lies behind ---- */

static void learn(struct self *self, uint32_t thread, uint64_t tick)
{
	for (uint32_t i = 0; i < LEARNED_SIZE; i++) {
		if (self->learned[i].thread != thread)
			continue;
		if (self->learned[i].tick < tick)
			self->learned[i].tick = tick;
		return;
	}
	self->learned[self->learned_count++ % LEARNED_SIZE] = (struct learned){thread, tick};
}

void holding_woken(struct self *self, const void *object)
{
	struct meeting *meeting;

	holding_idle(self);
	/* Known already. */
	if (!process->meetings ||
	    (self->woken == object && self->woken_wakes == atomic_load_explicit(&process->wakes_noted, memory_order_relaxed)) ||
	    !state_lock(self))
		return;
	self->woken = object;
	self->woken_wakes = process->wakes_noted;
	meeting = meeting_find(object);
	for (uint32_t i = 0; meeting && i < SIDES; i++)
		if (meeting->wakes[i].thread)
			learn(self, meeting->wakes[i].thread, meeting->wakes[i].tick);
	state_unlock(self);
}

/* ---- joins ---- */

void holding_ends(struct self *self)
{
	struct thread_info *info = self->info;
	struct took last[TOOK_SIZE];
	uint32_t count = 0;

	for (uint32_t i = 0; i < TOOK_SIZE; i++)
		if (self->took[i].lock && self->took[i].idle == self->idles)
			last[count++] = self->took[i];
	if (count == 0 || info->detached)
		return;
	info->took = arena_alloc(&process->arena, count * sizeof(*info->took));
	if (!info->took)
		return;
	memcpy(info->took, last, count * sizeof(*info->took));
	info->took_count = count;
}

void holding_free(struct thread_info *info)
{
	arena_free(&process->arena, info->took, info->took_count * sizeof(*info->took));
	info->took = NULL;
	info->took_count = 0;
}

void holding_joined(struct self *joiner, const struct thread_info *target, uint32_t stack)
{
	struct took held[HELD_NOTED];
	uint32_t count = target->took_count ? held_of(joiner, held, 0) : 0;

	for (uint32_t i = 0; i < count; i++) {
		const struct took *needed = needed_of(&held[i], target->took, target->took_count, joiner->learned, target->id);

		if (needed) {
			struct evidence evidence = evidence_of(&held[i], joiner->info->id, stack, needed, target->id, 0);

			event_finding_locked(joiner, &evidence);
		}
	}
}
