/* fork.c: see fork.h. */
#include "fork.h"

#include <string.h>
#include <unistd.h>

#include "attach.h"
#include "deadlock.h"
#include "events.h"
#include "real.h"
#include "sink.h"

#define OTHERS_MAX 64u

/* A lock that was another thread's. */
struct other {
	uint64_t lock;
	uint32_t thread, stack; /* who took it, where */
	uint8_t mode;
	uint32_t forked_by, fork_stack;
};
/* In ordinary memory: made by the parent under process->lock, read by the child. */
static struct other others[OTHERS_MAX];
static uint32_t others_count;

static bool by_wrapper; /* the fork under way */

static bool matters(uint64_t lock)
{
	const struct lock_key *key = event_lock_key(lock);

	return key && !(key->lock_flags & LOCK_PROCESS_SHARED) && key->lock_kind != KIND_STREAM && key->lock_kind != KIND_ONCE;
}

static void remember(struct self *self, const struct slot *slot, const struct held *held)
{
	uint64_t lock = atomic_load_explicit(&held->lock, memory_order_acquire);

	if (others_count == OTHERS_MAX || !lock || (held->flags & HELD_UNKNOWN) || !matters(lock))
		return;
	for (uint32_t i = 0; i < SLOT_POSTED; i++)
		if (atomic_load_explicit(&slot->posted[i], memory_order_acquire) == lock)
			return;
	event_thread_fact(slot->thread);
	event_thread_fact(self->info->id);
	others[others_count++] = (struct other){lock, slot->thread, held->stack, held->mode, self->info->id, self->fork_stack};
}

void fork_prepare(struct self *self)
{
	/* What this process has inherited itself stays locked in its children. */
	others_count = process->forked_locked;
	by_wrapper = self->fork_stack != 0;
	for (struct slot *slot = sink_slot_next(NULL); slot; slot = sink_slot_next(slot)) {
		uint32_t depth = atomic_load_explicit(&slot->depth, memory_order_acquire);

		if (slot == self->attached || atomic_load_explicit(&slot->state, memory_order_acquire) != 1)
			continue;
		for (uint32_t i = 0; i < depth && i < SLOT_HELD; i++)
			remember(self, slot, &slot->held[i]);
	}
}

/* The fast path is shut until its first lock. */
static void await_first_lock(struct self *self)
{
	if (process->forked_locked == 0 || !self->attached)
		return;
	process->fork_pending = true;
	self->slot = NULL;
}

void fork_begin(struct self *self)
{
	process->forked_locked = others_count;
	/* Behind the other handlers, if there is a place there. */
	if (!by_wrapper)
		await_first_lock(self);
}

/* ---- findings ---- */

static struct evidence evidence_of(const struct other *other, enum rule rule)
{
	struct evidence evidence = {.rule = rule, .lock = other->lock};

	evidence_add(&evidence, LABEL_ACQUIRED, other->thread, other->stack, other->mode);
	evidence_add(&evidence, LABEL_FORKED, other->forked_by, other->fork_stack, 0);
	return evidence;
}

void fork_first_lock(struct self *self)
{
	process->fork_pending = false;
	for (uint32_t i = 0; i < process->forked_locked; i++) {
		struct evidence evidence = evidence_of(&others[i], RULE_FORK_LOCKED);
		bool there = false;

		/* Initialised anew, its life is over. */
		if (state_lock(self)) {
			there = event_lock_key(others[i].lock) != NULL;
			state_unlock(self);
		}
		if (there)
			event_finding(self, &evidence);
	}
}

void fork_locked(struct self *self, const struct request *request)
{
	for (uint32_t i = 0; i < process->forked_locked; i++) {
		struct evidence evidence;

		if (others[i].lock != request->lock || (others[i].mode == LOCK_SHARED && request->mode == LOCK_SHARED) ||
		    request->how != LOCK_BLOCKING)
			continue;
		evidence = evidence_of(&others[i], RULE_FORK_LOCKED_CHILD);
		evidence_add(&evidence, LABEL_WANTED, self->info->id, stack_capture(self, request->site)->stack, request->mode);
		event_finding(self, &evidence);
		deadlock_forked(self);
		return;
	}
}

/* ---- the wrapper ---- */

/* For where it was called, and for what comes behind all handlers. */
EXPORT pid_t fork(void)
{
	struct self *self;
	pid_t child;

	real_ready();
	self = self_enter();
	if (self) {
		self->fork_stack = stack_capture(self, SITE)->stack;
		self_leave(self);
	}
	child = real.fork();
	if (child == 0 && self && self_current->attached)
		await_first_lock(self_current);
	else if (self)
		self->fork_stack = 0;
	return child;
}
