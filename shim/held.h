/*
 * held.h: the calling thread's held stack: what every lock and unlock does when it has succeeded, or is about to block.
 *
 * The stack is the thread's slot in the recording (graph/recording.h); entries from SLOT_HELD on lie in private memory. Each entry carries
 * a hash of the chain up to it: (lock, mode, stack) of all entries below and its own. For a nested acquisition that hash *is* the
 * context by which the `seen` cache knows that nothing new has to be recorded.
 *
 * In a thread that is traced (trace.h) every push and pop takes the slow path: `direct` is 0, and the addresses in its entries are marked (HELD_SLOW).
 *
 * A signal handler may interrupt anywhere and lock and unlock on top: an entry is invalid (lock 0) until its last store, and depth is
 * raised before it is filled.
 */
#ifndef GRIDLOCK_HELD_H
#define GRIDLOCK_HELD_H

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "known.h"
#include "stack.h"
#include "state.h"

/* What is asked for. */
struct request {
	uint64_t lock; /* number */
	const void *address;
	uint8_t mode, how;
	struct site site;
	bool writers_first; /* an rwlock where readers wait behind a waiting writer: what writers do is worth a record with nothing held too */
};

/* The limit of a timed or clock form. */
struct timed {
	const struct timespec *until;
	clockid_t clock;
	bool has_clock;
};

/* Does a locking function's result mean that the caller has the lock now? */
INLINE bool acquired(int result)
{
	return result == 0 || result == EOWNERDEAD;
}

/* stack, mode and how as they lie in an entry. */
INLINE uint64_t held_what(uint32_t stack, uint8_t mode, uint8_t how)
{
	return stack | (uint64_t)mode << 32 | (uint64_t)how << 40;
}

/* These of all that lies there. By shifts, which need no register for a mask as gcc would make it. */
INLINE uint64_t held_what_of(uint64_t all)
{
	all <<= 16;
	__asm__("" : "+r"(all));
	return all >> 16;
}

/* The first factor fits into an instruction, and keeps any two (lock, what) apart that differ by less than 84 million stacks. */
INLINE uint64_t held_chain(uint64_t below, uint64_t lock, uint64_t what)
{
	return (below ^ (lock * 0x61c88647u + what)) * 0xd6e8feb86659fd93ull;
}

INLINE uint32_t held_seen_index(uint64_t context)
{
	return context >> 54;
}
_Static_assert(SEEN_SIZE == 1 << (64 - 54), "held_seen_index");

/* The `seen` entry of a context is the context itself when it needs no more witnesses, else mixed with the thread and the segment it was seen in:
 * so that it means the same to all threads (known.h). */
INLINE uint64_t held_segment_mix(uint32_t thread, uint32_t segment)
{
	/* The upper bits stay those of the context: known.h looks in one place for both. */
	return (((uint64_t)thread << 32) + segment) * 0xa0761d6478bd642full >> (64 - KNOWN_MIX_BITS);
}

INLINE bool held_seen(const struct self *self, uint64_t context)
{
	uint64_t mix = self->seen[held_seen_index(context)] ^ context;

	return mix == 0 || mix == self->segment_mix;
}

/* Is the context in which the lock is asked for, on top of what is held, recorded already, or can it be without a lock? What is found is in the thread's
 * cache afterwards. `what`: held_what. */
bool held_known(struct self *self, uint64_t context, uint64_t lock, uint64_t what);

/* Is it a push that the fast path gave up for its call path or its context only, and are these known? Then it is done. From the fast path. */
bool held_push_known(struct self *self, uint64_t lock, const void *address, uint64_t mode_and_how, struct site site);

/* The rest of held_push: a call path that the first place of the memo does not have, a context that the `seen` cache does not have, or more than SLOT_HELD
 * entries. Whatever is to be done it does itself, so that nothing has to be kept across the call. */
void held_push_slow(struct self *self, uint64_t lock, const void *address, uint64_t mode_and_how, struct site site);
/* The same of held_push_waited. */
void held_push_waited_slow(struct self *self, uint64_t lock, const void *address, uint64_t mode_and_how, struct site site);

INLINE struct held *held_at(struct slot *slot, uint32_t index)
{
	char *start = (char *)slot + (size_t)index * sizeof(struct held);

	/* Once, into a register: gcc works the address out again for each use of it. Without the offset, which the uses of it have room for. */
	__asm__("" : "+r"(start));
	return (struct held *)(void *)(start + offsetof(struct slot, held));
}

INLINE void held_fill(struct held *held, uint64_t lock, const void *address, struct site site, uint64_t what, uint64_t chain)
{
	held->address = (uintptr_t)address;
	held->caller = site.caller;
	held->sp = site.sp;
	held->chain = chain;
	held->what = what;
	/* Release: another thread that finds the number finds the rest. */
	atomic_store_explicit(&held->lock, lock, memory_order_release);
}

/* The lock was acquired without a wait; mode and how as held_what(0, mode, how). This is the hot path: its arguments stay in registers. */
INLINE void held_push(struct self *self, uint64_t lock, const void *address, uint64_t mode_and_how, struct site site)
{
	const struct path *path;
	struct slot *slot;
	struct held *held;
	uint32_t depth;
	uint64_t what, chain;

	/* Once, into a register, as in held_at. */
	__asm__("" : "+r"(site.sp));
	path = stack_first(self, site);
	if (unlikely(!path)) {
		held_push_slow(self, lock, address, mode_and_how, site);
		return;
	}
	slot = self->attached;
	depth = atomic_load_explicit(&slot->depth, memory_order_relaxed);
	held = held_at(slot, depth);
	if (unlikely(depth >= self->direct)) {
		held_push_slow(self, lock, address, mode_and_how, site);
		return;
	}
	what = mode_and_how | path->stack;
	chain = held_chain(held[-1].chain, lock, what);
	if (depth && mode_and_how >> 40 != LOCK_TRY && unlikely(!held_seen(self, chain))) {
		held_push_slow(self, lock, address, mode_and_how, site);
		return;
	}
	atomic_store_explicit(&slot->depth, depth + 1, memory_order_relaxed);
	signal_fence();
	held_fill(held, lock, address, site, what, chain);
}

/* The lock was acquired after the wait that held_wait_begin has begun: the dependency is recorded already. Others wait for it by now: no more than has to
 * be, for the entry lies there filled, unless a signal handler has used its place meanwhile. */
INLINE void held_push_waited(struct self *self, uint64_t lock, const void *address, uint64_t mode_and_how, struct site site)
{
	struct slot *slot = self->attached;
	uint32_t depth = atomic_load_explicit(&slot->depth, memory_order_relaxed);
	struct held *held = held_at(slot, depth);

	if (unlikely(depth >= self->direct || depth != self->prepared || held->sp != site.sp)) {
		held_push_waited_slow(self, lock, address, mode_and_how, site);
		return;
	}
	atomic_store_explicit(&slot->depth, depth + 1, memory_order_relaxed);
	signal_fence();
	held->address = (uintptr_t)address;
	/* A handler may have let go of a lock below, and taken one. */
	held->chain = held_chain(held[-1].chain, lock, held->what);
	atomic_store_explicit(&held->lock, lock, memory_order_release);
}

/* The wait that was published is over. */
INLINE void held_wait_end(struct self *self)
{
	_Atomic uint64_t *sequence = &self->attached->wait_sequence;

	atomic_store_explicit(sequence, (atomic_load_explicit(sequence, memory_order_relaxed) | 1) + 1, memory_order_release);
}

/* The innermost entry goes; `top`: its index. */
INLINE void held_drop(struct slot *slot, struct held *held, uint32_t top)
{
	atomic_store_explicit(&held->lock, 0, memory_order_relaxed);
	signal_fence();
	atomic_store_explicit(&slot->depth, top, memory_order_relaxed);
}

/* Is `address` the innermost held lock? Then it is popped: before the real unlock. Else *last: the innermost entry; NULL: the slow path is to look. `slot`
 * NULL: the fast path is shut. */
INLINE bool held_pop(struct slot *slot, const void *address, struct held **last)
{
	struct held *held;
	uint32_t top;

	*last = NULL;
	if (unlikely(!slot))
		return false;
	top = atomic_load_explicit(&slot->depth, memory_order_relaxed) - 1;
	held = held_at(slot, top);
	if (unlikely(top >= SLOT_HELD))
		return false;
	/* Out of order: less often, but no exception, so that gcc does not move it to where it has to jump back from. */
	if (__builtin_expect_with_probability(held->address != (uintptr_t)address, 1, 0.3)) {
		*last = held;
		return false;
	}
	held_drop(slot, held, top);
	return true;
}

/* Copies an entry down by one place; its chain is made anew for what is below it now. There are two of it meanwhile, never none: a signal handler
 * that looks at what is held finds it. */
INLINE void held_move(struct held *place, const struct held *from, uint64_t below)
{
	uint64_t lock = atomic_load_explicit(&from->lock, memory_order_relaxed), all = from->what;

	atomic_store_explicit(&place->lock, 0, memory_order_relaxed);
	signal_fence();
	/* Address and caller in one. */
	memcpy(&place->address, &from->address, 2 * sizeof(place->address));
	place->sp = from->sp;
	place->what = all;
	place->chain = held_chain(below, lock, held_what_of(all));
	atomic_store_explicit(&place->lock, lock, memory_order_release);
}

/* The same for a lock that is not the innermost: an unlock out of order; `last` by held_pop. 20 instructions, and 30 for each entry above it. False:
 * it is not there, or the slow path is to look for it. */
INLINE bool held_pop_below(struct slot *slot, const void *address, struct held *last)
{
	struct held *held = last;

	if (unlikely(!last || atomic_load_explicit(&slot->posted_news, memory_order_relaxed)))
		return false;
	do
		if (unlikely(held == slot->held))
			return false;
	while ((--held)->address != (uintptr_t)address);
	do {
		/* One register for the place. */
		__asm__("" : "+r"(held));
		held_move(held, held + 1, held[-1].chain);
	} while (++held < last);
	/* Read again: a register less to keep. */
	held_drop(slot, last, atomic_load_explicit(&slot->depth, memory_order_relaxed) - 1);
	return true;
}

/* ---- the slow path: the thread has entered it ---- */

/* Takes the innermost entry of that lock off, wherever it is. False: there is none. */
bool held_remove(struct self *self, const void *address);
/* The innermost entry of the lock with that address, or NULL. */
struct held *held_find(struct self *self, const void *address);
/* Takes entry `index` out and closes the gap: its lock is being released, or (close_gap) was by another thread. */
void held_let_go(struct self *self, uint32_t index);
void held_close_gap(struct self *self, uint32_t index);
/* Puts an entry on top without looking for a dependency. False: no memory, the lock is not watched. */
bool held_put(struct self *self, const struct request *request);

/* What the thread does from now on, until `ignore` is false, is not looked at (gridlock.h): what it takes is held, but unknown. Nests. In the slow path. */
void held_ignore(struct self *self, bool ignore);

/* Records what asking for the lock means while others are held, unless this context is known. */
void held_record(struct self *self, const struct request *request);
/* The thread is about to wait for a lock, no longer than `limit` if that is not NULL: the dependency is recorded, and the wait published in the slot
 * for others to see. */
void held_wait_begin(struct self *self, const struct request *request, const struct timed *limit);
/* Likewise for the end of a thread; whose that is gets known later (attach.h). */
void held_wait_for_join(struct self *self, pthread_t thread, const struct timed *limit, struct site site);
/* The same for what is no lock and no thread: nothing is recorded but that it waits; `lock`: the number of a condition's mutex, else 0; `how`: blocking or timed. */
void held_wait_for(struct self *self, enum wait_for what, enum lock_how how, const void *object, uint64_t lock, struct site site);

#endif
