/* segments.c: see segments.h. */
#include "segments.h"

#include "events.h"
#include "graph/clock.h"
#include "graph/hash.h"
#include "held.h"
#include "holding.h"
#include "sink.h"
#include "trace.h"
#include "wakers.h"

/* Something that threads are ordered by: a semaphore, a barrier. Never given back while the process lives: readers have no lock. */
struct sync {
	const void *object;	  /* NULL: free */
	_Atomic uint32_t version; /* counts what `clock` has learned */
	uint32_t count;		  /* of a barrier: how many threads make a round */
	uint64_t arrived;	  /* of a barrier, ever */
	struct clock clock[2];	  /* of a barrier: of the round under way and the one before, by parity; otherwise the first one */
	struct sync *next_free;
	UT_hash_handle hh;
};

/* ---- clocks ---- */

static bool is_witness(void *unused, uint32_t thread)
{
	(void)unused;
	return event_is_witness(thread);
}

void segment_created(struct thread_info *child, struct thread_info *parent, uint32_t stack)
{
	struct arena *arena = &process->arena;
	struct fact_before before = {.thread = parent->id, .segment = parent->segment, .event = EVENT_CREATE, .stack = stack};
	bool whole = clock_merge(&child->clock, &parent->clock, arena);

	/* The creator's segment ends here, unless nothing has happened in it. */
	if (parent->used)
		parent->segment++;
	else
		before.segment--;
	parent->used = false;
	if (before.segment && is_witness(NULL, parent->id))
		whole &= clock_set(&child->clock, before, arena);
	if (!whole)
		event_missing();
}

void segment_joined(struct thread_info *joiner, struct thread_info *target, uint32_t stack)
{
	struct arena *arena = &process->arena;
	struct fact_before before = {.thread = target->id, .segment = target->segment, .event = EVENT_JOIN, .stack = stack};
	bool whole = clock_merge(&joiner->clock, &target->clock, arena);

	if (is_witness(NULL, target->id))
		whole &= clock_set(&joiner->clock, before, arena);
	clock_prune(&joiner->clock, is_witness, NULL);
	if (joiner->used)
		joiner->segment++;
	joiner->used = false;
	joiner->news++;
	if (!whole)
		event_missing();
}

void segment_clock_free(struct thread_info *info)
{
	clock_free(&info->clock, &process->arena);
}

/* ---- order by semaphores and barriers ---- */

static struct sync *sync_find(const void *object)
{
	struct sync *sync = NULL;

	HASH_FIND(hh, process->syncs, &object, sizeof(object), sync);
	return sync;
}

/* Caller holds the lock. NULL: no memory. */
static struct sync *sync_of(const void *object)
{
	struct arena *arena = &process->arena;
	struct sync *sync = sync_find(object);

	if (sync)
		return sync;
	event_arena_begin();
	sync = process->free_syncs;
	if (sync)
		process->free_syncs = sync->next_free;
	else
		sync = arena_alloc(arena, sizeof(*sync));
	if (!sync)
		return NULL;
	sync->object = object;
	HASH_ADD(hh, process->syncs, object, sizeof(sync->object), sync);
	if (hash_added(sync))
		return sync;
	sync->next_free = process->free_syncs;
	process->free_syncs = sync;
	return NULL;
}

void segment_forget(const void *object)
{
	struct self *self = process->syncs || process->wakers || process->meetings ? self_enter() : NULL;
	struct arena *arena = &process->arena;
	struct sync *sync;

	if (!self)
		return;
	if (state_lock(self)) {
		waker_forget(object);
		holding_forget(object);
		sync = sync_find(object);
		if (sync) {
			HASH_DELETE(hh, process->syncs, sync);
			clock_free(&sync->clock[0], arena);
			clock_free(&sync->clock[1], arena);
			sync->object = NULL;
			sync->arrived = 0;
			atomic_fetch_add_explicit(&sync->version, 1, memory_order_relaxed);
			sync->next_free = process->free_syncs;
			process->free_syncs = sync;
		}
		state_unlock(self);
	}
	self_leave(self);
}

/* The thread's next segment begins, unless the current one is nobody's witness yet. */
static void next_segment(struct self *self)
{
	struct thread_info *info = self->info;

	if (!info->used)
		return;
	info->used = false;
	info->segment++;
	self->segment_mix = held_segment_mix(info->id, info->segment);
}

/* Tells `clock` what the thread knows, and what it did itself. */
static bool tell(struct self *self, struct clock *clock, enum order_event event, uint32_t stack)
{
	struct arena *arena = &process->arena;
	struct thread_info *info = self->info;
	struct fact_before before = {.thread = info->id, .segment = info->segment, .event = event, .stack = stack};
	bool whole = EVENT_IS_WEAK(event) ? clock_merge_weakly(clock, &info->clock, event, stack, arena)
					  : clock_merge(clock, &info->clock, arena);

	/* The current segment goes on after this: only one that is over may be told of. */
	if (!info->used)
		before.segment--;
	if (before.segment && is_witness(NULL, info->id))
		whole &= clock_set(clock, before, arena);
	clock_prune(clock, is_witness, NULL);
	next_segment(self);
	return whole;
}

void segment_release(struct self *self, const void *object, enum order_event event, struct site site)
{
	struct thread_info *info = self->info;
	uint32_t stack;
	struct sync *sync;

	waker_note(self, object, site);
	if (trace_on(self))
		trace_order(self, TRACE_POST, object, 0, stack_capture(self, site)->stack);
	if ((!info->used && info->segment == 1 && info->clock.count == 0) ||
	    (self->released == object && self->released_news == info->news))
		return;
	stack = stack_capture(self, site)->stack;
	if (!state_lock(self))
		return;
	sync = sync_of(object);
	if (!sync || !tell(self, &sync->clock[0], event, stack))
		event_missing();
	if (sync)
		atomic_fetch_add_explicit(&sync->version, 1, memory_order_relaxed);
	self->released = object;
	self->released_news = info->news;
	state_unlock(self);
}

void segment_acquire(struct self *self, const void *object)
{
	struct thread_info *info = self->info;
	struct sync *sync;

	if (trace_on(self))
		trace_order(self, TRACE_WAIT, object, 0, 0);
	if (!process->syncs)
		return;
	if (self->acquired && self->acquired->object == object &&
	    atomic_load_explicit(&self->acquired->version, memory_order_relaxed) == self->acquired_version)
		return;
	if (!state_lock(self))
		return;
	sync = sync_find(object);
	if (sync) {
		next_segment(self);
		if (!clock_merge(&info->clock, &sync->clock[0], &process->arena))
			event_missing();
		info->news++;
		self->acquired = sync;
		self->acquired_version = atomic_load_explicit(&sync->version, memory_order_relaxed);
	}
	state_unlock(self);
}

/* In ordinary memory: the child finds everything else of its parent's graph wiped. */
static struct clock fork_clock;
static bool fork_clock_whole;

void segment_fork_prepare(struct self *self)
{
	struct thread_info *info = self->info;
	struct fact_before before = {.thread = info->id, .segment = info->segment, .event = EVENT_FORK};

	fork_clock.count = 0;
	if (!info->used)
		before.segment--;
	/* A held set that is not whole goes on in the child. */
	fork_clock_whole = !process->blind && clock_merge(&fork_clock, &info->clock, &tables);
	if (before.segment && is_witness(NULL, info->id))
		fork_clock_whole &= clock_set(&fork_clock, before, &tables);
	next_segment(self);
}

void segment_fork_child(struct self *self)
{
	if (!clock_merge(&self->info->clock, &fork_clock, &process->arena) || !fork_clock_whole)
		event_missing();
}

void segment_barrier_init(struct self *self, const void *barrier, uint32_t count)
{
	struct sync *sync;

	if (!state_lock(self))
		return;
	sync = sync_of(barrier);
	if (sync) {
		sync->count = count;
		sync->arrived = 0;
	} else {
		event_missing();
	}
	state_unlock(self);
}

/* A round is over when all have arrived; nobody arrives for the one after the next before all have left this one. */
uint64_t segment_barrier_arrive(struct self *self, const void *barrier, struct site site)
{
	uint32_t stack = stack_capture(self, site)->stack;
	struct sync *sync;
	uint64_t round = 0;

	if (!state_lock(self))
		return 0;
	sync = sync_find(barrier);
	if (sync && sync->count) {
		atomic_store_explicit(&self->attached->wait_lock, sync->count, memory_order_relaxed);
		round = sync->arrived / sync->count;
		if (trace_on(self))
			trace_order(self, TRACE_POST, barrier, round + 1, stack);
		if (sync->arrived % sync->count == 0)
			sync->clock[round & 1].count = 0;
		sync->arrived++;
		if (!tell(self, &sync->clock[round & 1], EVENT_BARRIER, stack))
			event_missing();
	}
	state_unlock(self);
	return round;
}

void segment_barrier_leave(struct self *self, const void *barrier, uint64_t round)
{
	struct sync *sync;

	if (!state_lock(self))
		return;
	sync = sync_find(barrier);
	if (sync && sync->count) {
		if (trace_on(self))
			trace_order(self, TRACE_WAIT, barrier, round + 1, 0);
		next_segment(self);
		if (!clock_merge(&self->info->clock, &sync->clock[round & 1], &process->arena))
			event_missing();
		self->info->news++;
	}
	state_unlock(self);
}
