/* custom.c: see custom.h. */
#include "custom.h"

#include "events.h"
#include "identity.h"
#include "misuse.h"

static struct plain call_of(const void *lock, unsigned flags, struct site site)
{
	return (struct plain){.address = lock,
			      .site = site,
			      .kind = KIND_CUSTOM,
			      .mode = flags & CUSTOM_SHARED ? LOCK_SHARED : LOCK_EXCLUSIVE,
			      .how = flags & CUSTOM_TRY	    ? LOCK_TRY
				     : flags & CUSTOM_TIMED ? LOCK_TIMED
							    : LOCK_BLOCKING};
}

/* Does the thread wait for it, as custom_will_acquire said? */
static bool is_awaited(const struct self *self, const void *lock)
{
	const struct slot *slot = self->attached;

	return slot && (slot->wait_sequence & 1) && slot->wait_object == (uintptr_t)lock && WAIT_WHAT(slot->wait_mode) <= LOCK_SHARED;
}

void custom_create(const void *lock, unsigned flags, struct site site)
{
	struct plain call = call_of(lock, 0, site);

	plain_init(&call, flags & CUSTOM_REENTRANT ? LOCK_REENTRANT : 0);
}

void custom_destroy(const void *lock, struct site site)
{
	const struct index_entry *entry = index_find(lock);
	struct misuse misuse = {.lock = index_id(lock), .address = lock, .site = site};
	struct self *self = entry && entry->kind == KIND_CUSTOM ? self_enter() : NULL;

	if (!self)
		return;
	if (misuse.lock)
		misuse_destroy(self, &misuse);
	held_remove(self, lock);
	identity_plain_gone(self, lock, misuse.lock);
	self_leave(self);
}

void custom_will_acquire(const void *lock, unsigned flags, struct site site)
{
	struct plain call = call_of(lock, flags, site);
	const struct index_entry *entry = index_find(lock);

	/* Of readers it is not known whether they may be writers meanwhile, or read again. */
	call.recursive = call.mode == LOCK_SHARED || (flags & CUSTOM_REENTRANT) || (entry && (entry->flags & LOCK_REENTRANT));
	plain_ask(&call);
}

void custom_acquired(const void *lock, unsigned flags, struct site site)
{
	struct plain call = call_of(lock, flags, site);

	call.asked = is_awaited(self_current, lock);
	plain_answer(&call, true);
}

void custom_not_acquired(const void *lock)
{
	struct plain call = {.address = lock, .asked = is_awaited(self_current, lock)};

	plain_answer(&call, false);
}

void custom_will_release(const void *lock, unsigned flags, struct site site)
{
	struct plain call = call_of(lock, flags, site);

	if (unlikely(!plain_release(lock)) && call.mode == LOCK_EXCLUSIVE)
		plain_release_misused(&call, false);
}

void custom_ignore(bool ignore)
{
	struct self *self = self_enter();

	if (!self)
		return;
	held_ignore(self, ignore);
	self_leave(self);
}
