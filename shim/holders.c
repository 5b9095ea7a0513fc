/* holders.c: see holders.h. */
#include "holders.h"

#include "held.h"
#include "index.h"
#include "sink.h"

/* ---- waits on conditions ---- */

/* The word of a condition's entry: the mutex that it is waited on with, how many do, and in which process: a forked child finds the counts of
 * its parent's threads, which are not there. */
#define WAITERS_MAX 4095u
static uint64_t waiters_word(uint64_t mutex, uint32_t waiters)
{
	return mutex << 24 | (uint64_t)waiters << 12 | (process->serial & 0xfff);
}

static uint32_t waiters_of(uint64_t word)
{
	return (word & 0xfff) == (process->serial & 0xfff) ? (uint32_t)(word >> 12) & WAITERS_MAX : 0;
}

/* A thread that waits on the condition with another mutex than that one. */
static bool find_waiter(struct self *self, const void *cond, uint64_t mutex, struct holder *waiter)
{
	bool found = false;

	if (!state_lock(self))
		return false;
	for (struct slot *slot = sink_slot_next(NULL); slot && !found; slot = sink_slot_next(slot)) {
		uint64_t sequence = atomic_load_explicit(&slot->wait_sequence, memory_order_acquire);
		uint64_t other = atomic_load_explicit(&slot->wait_lock, memory_order_relaxed);

		*waiter = (struct holder){slot, slot->thread, atomic_load_explicit(&slot->wait_stack, memory_order_relaxed), 0, 1};
		found = slot != self->attached && atomic_load_explicit(&slot->state, memory_order_relaxed) == 1 && (sequence & 1) &&
			WAIT_WHAT(atomic_load_explicit(&slot->wait_mode, memory_order_relaxed)) == WAIT_CONDITION &&
			atomic_load_explicit(&slot->wait_object, memory_order_relaxed) == (uintptr_t)cond && other && other != mutex;
		atomic_thread_fence(memory_order_acquire);
		found &= atomic_load_explicit(&slot->wait_sequence, memory_order_relaxed) == sequence;
	}
	state_unlock(self);
	return found;
}

static struct index_entry *condition_entry(struct self *self, const void *cond)
{
	struct index_entry *entry = index_find(cond);

	if (entry && entry->kind == INDEX_CONDITION)
		return entry;
	if (!state_lock(self))
		return NULL;
	entry = index_add(cond, INDEX_CONDITION, 0);
	state_unlock(self);
	return entry;
}

bool holder_wait_begin(struct self *self, const void *cond, uint64_t mutex, struct holder *other)
{
	struct index_entry *entry = condition_entry(self, cond);
	uint64_t word = entry ? atomic_load_explicit(&entry->id, memory_order_relaxed) : 0, next;

	if (!entry)
		return false;
	do {
		uint32_t waiters = waiters_of(word);

		if (waiters && word >> 24 != (mutex & (UINT64_MAX >> 24))) {
			if (find_waiter(self, cond, mutex, other))
				return true;
			/* It was left in a way that was not seen: nobody waits. */
			waiters = 0;
		}
		next = waiters_word(mutex, waiters < WAITERS_MAX ? waiters + 1 : waiters);
	} while (!atomic_compare_exchange_weak_explicit(&entry->id, &word, next, memory_order_relaxed, memory_order_relaxed));
	return false;
}

void holder_wait_end(const void *cond, uint64_t mutex)
{
	struct index_entry *entry = index_find(cond);
	uint64_t word;

	if (!entry || entry->kind != INDEX_CONDITION)
		return;
	word = atomic_load_explicit(&entry->id, memory_order_relaxed);
	while (waiters_of(word) && word >> 24 == (mutex & (UINT64_MAX >> 24)) &&
	       !atomic_compare_exchange_weak_explicit(&entry->id, &word, waiters_word(mutex, waiters_of(word) - 1), memory_order_relaxed,
						      memory_order_relaxed))
		;
}

uint64_t holder_mutex_of(const void *cond)
{
	const struct index_entry *entry = index_find(cond);

	return entry && entry->kind == INDEX_CONDITION ? atomic_load_explicit(&entry->id, memory_order_relaxed) >> 24 : 0;
}

/* ---- foreign unlocks ---- */

/* False: no place is left. */
static bool post(struct slot *slot, uint64_t id)
{
	for (uint32_t i = 0; i < SLOT_POSTED; i++) {
		uint64_t none = 0;

		/* Release: the holder that takes it out sees all that came before the unlock. */
		if (atomic_compare_exchange_strong_explicit(&slot->posted[i], &none, id, memory_order_release, memory_order_relaxed))
			return true;
	}
	return false;
}

void holder_post_unlock(const struct holder *holder, uint64_t id)
{
	if (!post(holder->slot, id))
		holder->slot->posted_lost = 1;
	/* Pairs with the acquire in holder_take_posted. */
	atomic_store_explicit(&holder->slot->posted_news, 1, memory_order_release);
}

static void mark_all_unknown(struct self *self)
{
	for (uint32_t i = 0; i < self->attached->depth; i++)
		self_held(self, i)->flags |= HELD_UNKNOWN;
}

void holder_take_posted(struct self *self)
{
	struct slot *slot = self->attached;

	if (!atomic_load_explicit(&slot->posted_news, memory_order_relaxed))
		return;
	/* First: what comes later is news again. */
	atomic_exchange_explicit(&slot->posted_news, 0, memory_order_acq_rel);
	for (uint32_t i = 0; i < SLOT_POSTED; i++) {
		uint64_t id = atomic_load_explicit(&slot->posted[i], memory_order_relaxed);

		if (id == 0)
			continue;
		id = atomic_exchange_explicit(&slot->posted[i], 0, memory_order_acquire);
		for (uint32_t j = slot->depth; j-- > 0;) {
			if (self_held(self, j)->lock == id) {
				held_close_gap(self, j);
				break;
			}
		}
	}
	if (slot->posted_lost) {
		slot->posted_lost = 0;
		mark_all_unknown(self);
	}
}

static bool slot_holds(const struct slot *slot, uint64_t id, struct holder *holder)
{
	uint32_t depth = atomic_load_explicit(&slot->depth, memory_order_acquire);
	bool found = false;

	for (uint32_t i = 0; i < depth && i < SLOT_HELD; i++) {
		const struct held *held = &slot->held[i];

		if (atomic_load_explicit(&held->lock, memory_order_acquire) != id || (held->flags & HELD_UNKNOWN))
			continue;
		holder->count++;
		if (!found)
			*holder = (struct holder){(struct slot *)(uintptr_t)slot, slot->thread, held->stack, held->mode, holder->count};
		found = true;
	}
	return found;
}

bool holder_find(struct self *self, uint64_t id, struct holder *holder)
{
	struct holder found = {0};

	if (!state_lock(self))
		return false;
	for (struct slot *slot = sink_slot_next(NULL); slot; slot = sink_slot_next(slot)) {
		struct holder here = {.count = found.count};

		if (slot == self->attached || atomic_load_explicit(&slot->state, memory_order_acquire) != 1)
			continue;
		if (slot_holds(slot, id, &here))
			found = here;
	}
	state_unlock(self);
	*holder = found;
	return found.count != 0;
}
