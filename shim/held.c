/* held.c: see held.h. */
#include "held.h"

#include <string.h>

#include "events.h"
#include "holders.h"
#include "holding.h"
#include "known.h"
#include "rowmap.h"
#include "signal.h"
#include "sink.h"
#include "stats.h"
#include "steer.h"
#include "trace.h"

/* Makes room for entry number `index`. */
static bool held_reserve(struct self *self, uint32_t index)
{
	uint32_t room = self->deep_room;
	struct held *deep;

	if (index < SLOT_HELD + room)
		return true;
	deep = state_pages((room ? room * 2 : SLOT_HELD + 4) * sizeof(*deep), false);
	if (!deep)
		return false;
	if (room) {
		memcpy(deep, self->deep, room * sizeof(*deep));
		state_pages_free(self->deep, room * sizeof(*deep));
	}
	self->deep = deep;
	self->deep_room = room ? room * 2 : SLOT_HELD + 4;
	return true;
}

static uint64_t chain_below(struct self *self, uint32_t depth)
{
	return depth ? self_held(self, depth - 1)->chain : 0;
}

bool held_put(struct self *self, const struct request *request)
{
	const struct path *path = stack_capture(self, request->site);
	struct slot *slot = self->attached;
	uint32_t depth = atomic_load_explicit(&slot->depth, memory_order_relaxed);
	uint64_t what = held_what(path->stack, request->mode, request->how);

	if (!held_reserve(self, depth)) {
		event_missing();
		return false;
	}
	atomic_store_explicit(&slot->depth, depth + 1, memory_order_relaxed);
	signal_fence();
	held_fill(self_held(self, depth), request->lock, (const char *)request->address + (trace_on(self) ? HELD_SLOW : 0), request->site,
		  what, held_chain(chain_below(self, depth), request->lock, what));
	trace_lock(self, TRACE_ACQUIRE, request->lock, request->mode, request->how, path->stack);
	return true;
}

bool held_known(struct self *self, uint64_t context, uint64_t lock, uint64_t what)
{
	uint64_t own = context ^ self->segment_mix, entry;

	if (held_seen(self, context))
		return true;
	entry = rowmap_has(self, lock, what) ? own : known_find(context, own);
	if (entry)
		self->seen[held_seen_index(context)] = entry;
	return entry != 0;
}

static void record(struct self *self, const struct request *request, uint32_t stack)
{
	uint32_t depth = self->attached->depth;
	uint64_t what = held_what(stack, request->mode, request->how), context;

	if (self->ignored || (depth == 0 && !(request->writers_first && request->mode == LOCK_EXCLUSIVE)))
		return;
	context = held_chain(chain_below(self, depth), request->lock, what);
	if (held_known(self, context, request->lock, what))
		return;
	self->stats[STAT_CONTEXTS]++;
	event_dependency(self, request->lock, request->mode, request->how, stack, context);
}

void held_record(struct self *self, const struct request *request)
{
	record(self, request, stack_capture(self, request->site)->stack);
}

/* Its stack is new, or a signal handler's. */
static void look_at(struct self *self, const struct request *request)
{
	uint32_t stack;

	self->look = false;
	self->direct = self->look_direct;
	stack = stack_capture(self, request->site)->stack;
	signal_taken(self, request, stack);
	holding_took(self, request, stack);
}

bool held_push_known(struct self *self, uint64_t lock, const void *address, uint64_t mode_and_how, struct site site)
{
	struct slot *slot = self->attached;
	uint32_t depth = atomic_load_explicit(&slot->depth, memory_order_relaxed);
	uint64_t what, chain;

	if (depth >= self->direct)
		return false;
	what = mode_and_how | stack_at(self, site)->stack;
	chain = held_chain(held_at(slot, depth)[-1].chain, lock, what);
	/* A new stack shuts the fast path. */
	if (depth >= self->direct || (depth && mode_and_how >> 40 != LOCK_TRY && !held_known(self, chain, lock, what)))
		return false;
	atomic_store_explicit(&slot->depth, depth + 1, memory_order_relaxed);
	signal_fence();
	held_fill(held_at(slot, depth), lock, address, site, what, chain);
	return true;
}

void held_ignore(struct self *self, bool ignore)
{
	if (!ignore && self->ignored == 0)
		return;
	self->ignored += ignore ? 1u : (uint32_t)-1;
	/* Every push comes to the slow path meanwhile, as in a thread that is traced, or counted. */
	self->look = false;
	self->direct = self->ignored || trace_on(self) || self->counts ? 0 : SLOT_HELD;
}

/* As held_put, but what the source asks us not to look at is unknown. */
static void put(struct self *self, const struct request *request)
{
	if (held_put(self, request) && self->ignored)
		self_held(self, self->attached->depth - 1)->flags |= HELD_UNKNOWN;
}

static void push(struct self *self, uint64_t lock, const void *address, uint64_t mode_and_how, struct site site, bool recorded)
{
	struct request request = {lock, address, (uint8_t)(mode_and_how >> 32), (uint8_t)(mode_and_how >> 40), site, false};

	if (!self_enter())
		return;
	if (self->look && !self->ignored)
		look_at(self, &request);
	if (!recorded && request.how != LOCK_TRY)
		held_record(self, &request);
	put(self, &request);
	self_leave(self);
}

__attribute__((noinline)) void held_push_slow(struct self *self, uint64_t lock, const void *address, uint64_t mode_and_how,
					      struct site site)
{
	if (unlikely(self->counts) && stats_push(self, lock, address, mode_and_how, site))
		return;
	if (!held_push_known(self, lock, address, mode_and_how, site))
		push(self, lock, address, mode_and_how, site, false);
}

__attribute__((noinline)) void held_push_waited_slow(struct self *self, uint64_t lock, const void *address, uint64_t mode_and_how,
						     struct site site)
{
	if (unlikely(self->counts) && stats_push(self, lock, address, mode_and_how, site))
		return;
	push(self, lock, address, mode_and_how, site, true);
}

/* Entries that no fast path is to find are marked (HELD_OWNER_DIED, and those of a traced thread). A pointer may have that bit by itself: a tag. */
static bool is_of(const struct held *held, const void *address)
{
	return ((held->address ^ (uintptr_t)address) & ~HELD_SLOW) == 0;
}

struct held *held_find(struct self *self, const void *address)
{
	for (uint32_t i = self->attached->depth; i-- > 0;)
		if (is_of(self_held(self, i), address) && self_held(self, i)->lock)
			return self_held(self, i);
	return NULL;
}

void held_close_gap(struct self *self, uint32_t index)
{
	uint32_t top = self->attached->depth - 1;

	for (uint32_t i = index; i < top; i++)
		held_move(self_held(self, i), self_held(self, i + 1), chain_below(self, i));
	held_drop(self->attached, self_held(self, top), top);
}

void held_let_go(struct self *self, uint32_t index)
{
	trace_release(self, self_held(self, index)->lock);
	held_close_gap(self, index);
}

bool held_remove(struct self *self, const void *address)
{
	holder_take_posted(self);
	for (uint32_t i = self->attached->depth; i-- > 0;) {
		if (is_of(self_held(self, i), address)) {
			held_let_go(self, i);
			return true;
		}
	}
	return false;
}

/* How long the limit leaves from now on, in nanoseconds; 0: there is none. */
static uint64_t limit_nsec(const struct timed *limit)
{
	struct timespec now;
	int64_t left;

	if (!limit)
		return 0;
	if (!limit->until || clock_gettime(limit->has_clock ? limit->clock : CLOCK_REALTIME, &now) != 0)
		return 1;
	left = (limit->until->tv_sec - now.tv_sec) * 1000000000 + limit->until->tv_nsec - now.tv_nsec;
	return left > 0 ? (uint64_t)left : 1;
}

/* Before the fence in publish: who looks whether his locks are awaited sees it (ring_possible). Written once: all who wait read it. */
static void mark_awaited(uint64_t lock)
{
	_Atomic uint8_t *awaited = &process->awaited[lock % AWAITED];

	if (!atomic_load_explicit(awaited, memory_order_relaxed))
		atomic_store_explicit(awaited, 1, memory_order_relaxed);
}

/* Of the last tick: a wait that is worth to be told is longer, and the exact time costs as much as the rest of publish. */
static uint64_t since(void)
{
	struct timespec now;

	return clock_gettime(CLOCK_MONOTONIC_COARSE, &now) == 0 ? (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec : 0;
}

static void publish(struct slot *slot, uint64_t lock, uint32_t mode, const void *object, uint32_t stack, uint64_t limit)
{
	uint64_t sequence = atomic_load_explicit(&slot->wait_sequence, memory_order_relaxed);

	atomic_store_explicit(&slot->wait_lock, lock, memory_order_relaxed);
	atomic_store_explicit(&slot->wait_mode, mode, memory_order_relaxed);
	atomic_store_explicit(&slot->wait_object, (uintptr_t)object, memory_order_relaxed);
	atomic_store_explicit(&slot->wait_stack, stack, memory_order_relaxed);
	atomic_store_explicit(&slot->wait_since, since(), memory_order_relaxed);
	atomic_store_explicit(&slot->wait_limit, limit, memory_order_relaxed);
	atomic_store_explicit(&slot->wait_sequence, (sequence + 1) | 1, memory_order_release);
	/* Pairs with the fence of a reader between its own publication and its look at others: of two threads that block on each other
	 * at least one sees the other. */
	atomic_thread_fence(memory_order_seq_cst);
}

/* Fills the entry that the lock will have, but for its number and address: until then it is none, and no trace of one either (misuse.c). */
static void prepare(struct self *self, const struct request *request, uint32_t stack)
{
	struct slot *slot = self->attached;
	uint32_t depth = atomic_load_explicit(&slot->depth, memory_order_relaxed);

	self->prepared = depth;
	if (depth < self->direct)
		held_fill(held_at(slot, depth), 0, NULL, request->site, held_what(stack, request->mode, request->how), 0);
}

void held_wait_begin(struct self *self, const struct request *request, const struct timed *limit)
{
	uint32_t mode = request->mode | (uint32_t)request->how << 8 | (request->writers_first ? WAIT_WRITERS_FIRST : 0);
	uint32_t stack = stack_capture(self, request->site)->stack;

	self->stats[STAT_WAITS]++;
	record(self, request, stack);
	holding_took(self, request, stack);
	trace_lock(self, TRACE_REQUEST, request->lock, request->mode, request->how, stack);
	steer_request(self, request, stack);
	event_waited(self, request->lock);
	mark_awaited(request->lock);
	prepare(self, request, stack);
	publish(self->attached, request->lock, mode, request->address, stack, limit_nsec(limit));
}

void held_wait_for_join(struct self *self, pthread_t thread, const struct timed *limit, struct site site)
{
	uint32_t how = limit ? LOCK_TIMED : LOCK_BLOCKING;

	publish(self->attached, 0, WAIT_JOIN | how << 8, (const void *)thread, stack_capture(self, site)->stack, limit_nsec(limit));
}

void held_wait_for(struct self *self, enum wait_for what, enum lock_how how, const void *object, uint64_t lock, struct site site)
{
	if (what == WAIT_CONDITION && lock) {
		event_waited(self, lock);
		mark_awaited(lock);
	}
	publish(self->attached, lock, what | (uint32_t)how << 8, object, stack_capture(self, site)->stack, 0);
}
