/* misuse.c: see misuse.h. */
#include "misuse.h"

#include "holders.h"
#include "identity.h"
#include "trace.h"

/* Where this thread itself took the lock before: an entry that was popped keeps its text until the place is used again. */
static uint32_t last_acquired(struct self *self, const void *address)
{
	for (uint32_t i = self->attached->depth; i < SLOT_HELD; i++)
		if (((self->attached->held[i].address ^ (uintptr_t)address) & ~HELD_SLOW) == 0)
			return self->attached->held[i].stack;
	return 0;
}

static struct evidence evidence_for(struct self *self, const struct misuse *misuse, enum rule rule, enum stack_label label)
{
	struct evidence evidence = {.rule = rule, .lock = misuse->lock};

	evidence_add(&evidence, label, self->info->id, stack_capture(self, misuse->site)->stack, 0);
	return evidence;
}

void misuse_unlock(struct self *self, const struct misuse *misuse, enum rule rule)
{
	struct evidence evidence = evidence_for(self, misuse, rule, LABEL_RELEASED);
	struct holder holder;
	bool known = holder_find(self, misuse->lock, &holder);

	if (rule == RULE_UNLOCK_NOT_OWNER && !known)
		return;
	if (known)
		evidence_add(&evidence, LABEL_ACQUIRED, holder.thread, holder.stack, holder.mode);
	else
		evidence_add(&evidence, LABEL_ACQUIRED, self->info->id, last_acquired(self, misuse->address), LOCK_EXCLUSIVE);
	event_finding(self, &evidence);
	if (rule == RULE_UNLOCK_NOT_OWNER) {
		trace_release(self, misuse->lock);
		holder_post_unlock(&holder, misuse->lock);
	}
}

void misuse_destroy(struct self *self, const struct misuse *misuse)
{
	struct evidence evidence = evidence_for(self, misuse, RULE_DESTROY_LOCKED, LABEL_DESTROYED);
	struct held *held = held_find(self, misuse->address);
	struct holder holder;

	if (held && !(held->flags & HELD_UNKNOWN))
		evidence_add(&evidence, LABEL_ACQUIRED, self->info->id, held->stack, held->mode);
	else if (!held && holder_find(self, misuse->lock, &holder))
		evidence_add(&evidence, LABEL_ACQUIRED, holder.thread, holder.stack, holder.mode);
	else
		return;
	event_finding(self, &evidence);
}

void misuse_reinit(struct self *self, const struct misuse *misuse)
{
	struct evidence evidence = evidence_for(self, misuse, RULE_REINIT_LOCKED, LABEL_INITIALISED);
	struct held *held = held_find(self, misuse->address);
	struct holder holder;

	if (held && held->lock == misuse->lock) {
		/* A forked child makes its parent's locks anew: jemalloc does it by the hundred. */
		bool innocent = held->flags & (HELD_UNKNOWN | HELD_AT_FORK);

		evidence_add(&evidence, LABEL_ACQUIRED, self->info->id, held->stack, held->mode);
		held_remove(self, misuse->address);
		if (innocent)
			return;
	} else if (holder_find(self, misuse->lock, &holder)) {
		evidence_add(&evidence, LABEL_ACQUIRED, holder.thread, holder.stack, holder.mode);
		holder_post_unlock(&holder, misuse->lock);
	} else {
		return;
	}
	event_finding(self, &evidence);
}

void misuse_freed(struct self *self, const struct misuse *misuse)
{
	struct evidence evidence = evidence_for(self, misuse, RULE_FREED_LOCKED, LABEL_FREED);
	struct held *held = held_find(self, misuse->address);
	struct holder holder;

	if (held && held->lock == misuse->lock) {
		if (held->flags & HELD_UNKNOWN)
			return;
		evidence_add(&evidence, LABEL_ACQUIRED, self->info->id, held->stack, held->mode);
		held_remove(self, misuse->address);
	} else if (holder_find(self, misuse->lock, &holder)) {
		evidence_add(&evidence, LABEL_ACQUIRED, holder.thread, holder.stack, holder.mode);
		holder_post_unlock(&holder, misuse->lock);
	} else {
		return;
	}
	event_finding(self, &evidence);
}

void misuse_wait_unlocked(struct self *self, const struct misuse *misuse, bool free)
{
	struct evidence evidence = evidence_for(self, misuse, RULE_COND_WAIT_UNLOCKED, LABEL_WAITED);
	struct holder holder;

	if (misuse->lock && holder_find(self, misuse->lock, &holder))
		evidence_add(&evidence, LABEL_ACQUIRED, holder.thread, holder.stack, holder.mode);
	else if (!free)
		return;
	event_finding(self, &evidence);
}

void misuse_two_mutexes(struct self *self, const struct misuse *misuse, const struct holder *other)
{
	struct evidence evidence = evidence_for(self, misuse, RULE_COND_TWO_MUTEXES, LABEL_WAITED);

	evidence_add(&evidence, LABEL_WAITED_OTHER, other->thread, other->stack, 0);
	event_finding(self, &evidence);
}

void misuse_use_destroyed(struct self *self, const struct misuse *misuse)
{
	struct evidence evidence = {.rule = RULE_USE_DESTROYED};
	bool fast = !self->busy;
	uint32_t stack, thread;

	if (fast && !self_enter())
		return;
	evidence.lock = identity_destroyed(self, misuse->address, &stack, &thread);
	if (evidence.lock) {
		evidence_add(&evidence, LABEL_WANTED, self->info->id, stack_capture(self, misuse->site)->stack, LOCK_EXCLUSIVE);
		evidence_add(&evidence, LABEL_DESTROYED, thread, stack, 0);
		event_finding(self, &evidence);
	}
	if (fast)
		self_leave(self);
}

void misuse_owner_died(struct self *self, const struct misuse *misuse)
{
	struct evidence evidence = evidence_for(self, misuse, RULE_OWNER_DIED, LABEL_RELEASED);
	const struct held *held = held_find(self, misuse->address);

	if (held)
		evidence_add(&evidence, LABEL_ACQUIRED, self->info->id, held->stack, held->mode);
	event_finding(self, &evidence);
}

void misuse_relock_refused(struct self *self, const struct request *request)
{
	struct evidence evidence = {.rule = RULE_RELOCK_REFUSED, .lock = request->lock};
	const struct held *held;

	if (!self_enter())
		return;
	held = held_find(self, request->address);
	if (held)
		evidence_add(&evidence, LABEL_ACQUIRED, self->info->id, held->stack, held->mode);
	evidence_add(&evidence, LABEL_WANTED, self->info->id, stack_capture(self, request->site)->stack, request->mode);
	event_finding(self, &evidence);
	self_leave(self);
}

bool misuse_of_other(struct self *self, uint64_t lock, int holder)
{
	struct holder other;

	return holder == LIBC_UNKNOWN && holder_find(self, lock, &other);
}
