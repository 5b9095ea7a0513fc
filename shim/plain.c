/* plain.c: see plain.h. */
#include "plain.h"

#include "deadlock.h"
#include "events.h"
#include "fork.h"
#include "holders.h"
#include "identity.h"
#include "misuse.h"
#include "real.h"

/* The thread's record with its fast path open; NULL: not watched. */
static struct self *plain_self(void)
{
	struct self *self = self_current;

	return likely(self->slot) ? self : self_open();
}

/* The number of the lock, a new one if it has none; says so when it was destroyed. */
static uint64_t plain_id(struct self *self, const struct plain *call)
{
	const struct index_entry *entry = index_find(call->address);
	uint64_t id = entry && entry->kind == call->kind ? atomic_load_explicit(&entry->id, memory_order_relaxed) : 0;

	if (likely(id && id != INDEX_DESTROYED))
		return id;
	if (id)
		misuse_use_destroyed(self, &(struct misuse){.address = call->address, .site = call->site});
	return identity_plain_make(self, call->address, call->kind, call->site);
}

/* A thread that asks for what it holds waits for itself. */
static void plain_relock(struct self *self, const struct request *request)
{
	struct held *held;

	holder_take_posted(self);
	held = held_find(self, request->address);
	if (held && held->lock == request->lock && held->mode == LOCK_EXCLUSIVE && !(held->flags & HELD_UNKNOWN) &&
	    request->how == LOCK_BLOCKING)
		deadlock_self(self, request, held);
}

void plain_ask(struct plain *call)
{
	struct self *self = plain_self();
	struct request request = {0, call->address, call->mode, call->how, call->site, false};
	static const struct timed some_time;
	bool near;

	if (!self)
		return;
	request.lock = call->id = plain_id(self, call);
	if (!call->id || !self_enter())
		return;
	if (!call->recursive)
		plain_relock(self, &request);
	if (process->forked_locked)
		fork_locked(self, &request);
	held_wait_begin(self, &request, call->how == LOCK_BLOCKING ? NULL : &some_time);
	near = !call->later && call->how == LOCK_BLOCKING && deadlock_near(self, 0);
	call->asked = true;
	self_leave(self);
	if (near)
		deadlock_watch(self);
}

/* It goes with its frame: see HELD_SCOPED. */
static void mark_scoped(struct self *self, const void *address)
{
	struct held *held = held_find(self, address);

	if (held)
		held->flags |= HELD_SCOPED;
}

void plain_answer(struct plain *call, bool has_it)
{
	struct self *self = plain_self();

	if (!self)
		return;
	if (has_it) {
		if (!call->id)
			call->id = plain_id(self, call);
		if (call->asked)
			held_push_waited_slow(self, call->id, call->address, held_what(0, call->mode, call->how), call->site);
		else if (call->id)
			held_push(self, call->id, call->address, held_what(0, call->mode, call->how), call->site);
		if (call->scoped)
			mark_scoped(self, call->address);
	}
	if (call->asked)
		held_wait_end(self);
}

static SLOW bool plain_release_slow(const void *address)
{
	struct self *self = self_enter();
	bool known;

	if (!self)
		return false;
	known = held_remove(self, address);
	self_leave(self);
	return known;
}

bool plain_release(const void *address)
{
	struct slot *slot = self_current->slot;
	struct held *last;

	return likely(held_pop(slot, address, &last)) || held_pop_below(slot, address, last) || plain_release_slow(address);
}

void plain_release_misused(const struct plain *call, bool free)
{
	struct misuse misuse = {.lock = index_id(call->address), .address = call->address, .site = call->site};
	struct self *self = misuse.lock ? self_enter() : NULL;

	if (!self)
		return;
	misuse_unlock(self, &misuse, free ? RULE_UNLOCK_NOT_LOCKED : RULE_UNLOCK_NOT_OWNER);
	self_leave(self);
}

void plain_init(const struct plain *call, uint8_t flags)
{
	struct self *self = self_enter();

	if (!self)
		return;
	if (index_id(call->address))
		misuse_reinit(self, &(struct misuse){.lock = index_id(call->address), .address = call->address, .site = call->site});
	identity_plain_begin(self, call->address, call->kind, flags, call->site);
	self_leave(self);
}

void plain_destroy(const struct plain *call)
{
	struct self *self = self_enter();
	struct misuse misuse = {.lock = index_id(call->address), .address = call->address, .site = call->site};

	if (!self)
		return;
	if (misuse.lock)
		misuse_destroy(self, &misuse);
	identity_plain_end(self, call->address, call->kind, call->site);
	self_leave(self);
}
