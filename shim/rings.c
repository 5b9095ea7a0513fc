/* rings.c: see rings.h. */
#include "rings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attach.h"
#include "events.h"
#include "graph/hash.h"
#include "graph/waits.h"
#include "real.h"
#include "sandbox.h"
#include "sink.h"
#include "text.h"

/* A time limit that is longer than this is none, where everything else waits for ever. */
#define LONG_LIMIT (60ull * 1000000000u)
/* Of a pthread_mutex_t, wherever the kernel's word lies in it. */
#define MUTEX_SIZE sizeof(pthread_mutex_t)

/* Does anybody wait for a lock that the thread holds, or did, or for one that shares its place? */
static bool is_awaited(struct self *self)
{
	for (uint32_t i = 0; i < self->attached->depth; i++)
		if (atomic_load_explicit(&process->awaited[self_held(self, i)->lock % AWAITED], memory_order_relaxed))
			return true;
	return false;
}

/* Does the holder run? It does too while it still says that it waits for the very lock that it holds. */
static bool holder_runs(const struct self *self, int holder)
{
	const struct slot *slot = atomic_load_explicit(&process->by_tid[(uint32_t)holder % BY_TID], memory_order_acquire);

	/* Another thread's number may have taken the place: then the long way tells. */
	if (!slot || slot->wait_tid != (uint32_t)holder)
		return false;
	return !(atomic_load_explicit(&slot->wait_sequence, memory_order_acquire) & 1) ||
	       atomic_load_explicit(&slot->wait_lock, memory_order_relaxed) == self->attached->wait_lock;
}

/* Does somebody join another, so that the thread may be waited for although nobody waits for a lock of its? */
static bool may_be_joined(const struct self *self)
{
	return atomic_load_explicit(&process->joins_holding, memory_order_relaxed) > 0 ||
	       (self->joins && atomic_load_explicit(&process->joins, memory_order_relaxed) > 1);
}

/* Will it go on by itself before anybody could say that it does not? */
static bool waits_shortly(const struct slot *slot)
{
	uint64_t limit = atomic_load_explicit(&slot->wait_limit, memory_order_relaxed);

	return limit && limit < LONG_LIMIT;
}

bool ring_is_awaited(struct self *self)
{
	return !waits_shortly(self->attached) && (is_awaited(self) || may_be_joined(self));
}

bool ring_possible(struct self *self, int holder)
{
	return ring_is_awaited(self) && (holder <= 0 || !holder_runs(self, holder));
}

/* ---- all who wait, at one moment ---- */

struct waiter {
	struct slot *slot;
	uint64_t sequence;
	uint32_t first; /* of its entries in the pool: one for each of the slot's, then what it holds beside */
	uint32_t visible;
	bool on_condition;
};
struct snapshot {
	size_t size; /* bytes, of all of it */
	uint32_t count, room, used, pool_room;
	struct waits_thread *threads;
	struct waiter *waiters;
	struct waits_held *pool;
	uint32_t *ring, *next;
	uint8_t *seen;
	uint32_t length; /* of the ring */
};

static bool waits_now(const struct slot *slot)
{
	return atomic_load_explicit(&slot->state, memory_order_acquire) == 1 &&
	       (atomic_load_explicit(&slot->wait_sequence, memory_order_acquire) & 1);
}

static uint32_t visible_depth(const struct slot *slot)
{
	uint32_t depth = atomic_load_explicit(&slot->depth, memory_order_acquire);

	return depth < SLOT_HELD ? depth : SLOT_HELD;
}

/* What a thread holds beside locks: its end, and a place in a line. */
#define BESIDE 2u

/* Caller holds the lock, as for all that follows. NULL: nobody waits, or there is no memory. */
static struct snapshot *snapshot_new(void)
{
	uint32_t waiting = 0, held = 0;
	struct snapshot *s;
	size_t size;
	char *at;

	for (struct slot *slot = sink_slot_next(NULL); slot; slot = sink_slot_next(slot)) {
		if (!waits_now(slot))
			continue;
		waiting++;
		held += visible_depth(slot) + BESIDE;
	}
	size = sizeof(*s) + waiting * (sizeof(*s->threads) + sizeof(*s->waiters) + 2 * sizeof(uint32_t) + 1) + held * sizeof(*s->pool);
	event_arena_begin();
	s = waiting ? arena_alloc(&process->arena, size) : NULL;
	if (!s)
		return NULL;
	at = (char *)(s + 1);
	*s = (struct snapshot){.size = size, .room = waiting, .pool_room = held};
	s->threads = (struct waits_thread *)at;
	s->waiters = (struct waiter *)(s->threads + waiting);
	s->pool = (struct waits_held *)(s->waiters + waiting);
	s->ring = (uint32_t *)(s->pool + held);
	s->next = s->ring + waiting;
	s->seen = (uint8_t *)(s->next + waiting);
	return s;
}

static void snapshot_free(struct snapshot *s)
{
	arena_free(&process->arena, s, s->size);
}

static bool was_posted(const struct slot *slot, uint64_t lock)
{
	for (uint32_t i = 0; i < SLOT_POSTED; i++)
		if (atomic_load_explicit(&slot->posted[i], memory_order_acquire) == lock)
			return true;
	return slot->posted_lost;
}

static void add_held(struct snapshot *s, struct waiter *waiter)
{
	const struct slot *slot = waiter->slot;

	waiter->first = s->used;
	waiter->visible = visible_depth(slot);
	for (uint32_t i = 0; i < waiter->visible; i++) {
		const struct held *held = &slot->held[i];
		uint64_t lock = atomic_load_explicit(&held->lock, memory_order_acquire);

		if (held->flags & HELD_UNKNOWN || was_posted(slot, lock))
			lock = 0;
		s->pool[s->used++] = (struct waits_held){lock, held->mode};
	}
	s->pool[s->used++] = (struct waits_held){WAITS_END(slot->thread), LOCK_EXCLUSIVE};
}

/* What it waits for, by its slot. */
static struct waits_thread wait_of(const struct slot *slot)
{
	uint32_t mode = atomic_load_explicit(&slot->wait_mode, memory_order_relaxed);
	uint64_t lock = atomic_load_explicit(&slot->wait_lock, memory_order_relaxed);
	struct waits_thread wait = {.mode = (uint8_t)WAIT_WHAT(mode), .soft = WAIT_HOW(mode) != LOCK_BLOCKING};

	if (WAIT_WHAT(mode) <= LOCK_SHARED)
		wait.wants = lock;
	else if (WAIT_WHAT(mode) == WAIT_CONDITION)
		wait = (struct waits_thread){.wants = lock, .mode = LOCK_EXCLUSIVE, .soft = true};
	else if (WAIT_WHAT(mode) == WAIT_JOIN && lock)
		wait = (struct waits_thread){.wants = WAITS_END(lock), .mode = LOCK_EXCLUSIVE, .soft = wait.soft};
	return wait;
}

static bool is_queued(const struct slot *slot)
{
	uint32_t mode = atomic_load_explicit(&slot->wait_mode, memory_order_relaxed);

	return WAIT_WHAT(mode) == LOCK_EXCLUSIVE && (mode & WAIT_WRITERS_FIRST);
}

static void add_waiter(struct snapshot *s, struct slot *slot)
{
	uint64_t sequence = atomic_load_explicit(&slot->wait_sequence, memory_order_acquire);
	struct waiter *waiter = &s->waiters[s->count];
	struct waits_thread wait = wait_of(slot);

	/* One that has begun to wait since is in no ring that is whole: who looks last sees all. */
	if (!waits_now(slot) || s->count == s->room || s->used + visible_depth(slot) + BESIDE > s->pool_room)
		return;
	*waiter = (struct waiter){.slot = slot, .sequence = sequence};
	waiter->on_condition = WAIT_WHAT(atomic_load_explicit(&slot->wait_mode, memory_order_relaxed)) == WAIT_CONDITION;
	add_held(s, waiter);
	if (is_queued(slot))
		s->pool[s->used++] = (struct waits_held){wait.wants, WAITS_QUEUED};
	atomic_thread_fence(memory_order_acquire);
	if (atomic_load_explicit(&slot->wait_sequence, memory_order_relaxed) != sequence) {
		s->used = waiter->first;
		return;
	}
	wait.held_count = s->used - waiter->first;
	wait.held = s->pool + waiter->first;
	s->threads[s->count++] = wait;
}

/* The ring through `slot`, in s->ring. */
static void find_through(struct snapshot *s, const struct slot *slot)
{
	for (struct slot *other = sink_slot_next(NULL); other; other = sink_slot_next(other))
		if (waits_now(other))
			add_waiter(s, other);
	for (uint32_t i = 0; i < s->count; i++) {
		if (s->waiters[i].slot != slot)
			continue;
		s->length = (uint32_t)waits_find_ring(s->threads, s->count, i, false, s->ring, s->next, s->seen);
		if (!s->length)
			s->length = (uint32_t)waits_find_ring(s->threads, s->count, i, true, s->ring, s->next, s->seen);
	}
}

/* Of one thread there is none: that is a self-deadlock, or not what it seems. */
/* The same whoever looks. */
static uint64_t key_of(const struct snapshot *s)
{
	uint64_t key = s->length;

	for (uint32_t i = 0; i < s->length; i++) {
		const struct waiter *waiter = &s->waiters[s->ring[i]];

		key += hash_mix(waiter->slot->thread, waiter->sequence);
	}
	return s->length > 1 ? key | 1 : 0;
}

uint64_t ring_find(struct self *self)
{
	struct snapshot *s;
	uint64_t key = 0;

	if (!state_lock(self))
		return 0;
	s = snapshot_new();
	if (s) {
		find_through(s, self->attached);
		key = key_of(s);
		snapshot_free(s);
	}
	state_unlock(self);
	return key;
}

/* ---- is it for good? ---- */

/* What a thread of this process is at in the kernel, /proc/self/task/TID/syscall (proc(5)); NULL: it runs, or cannot be asked. */
static const char *read_syscall(uint32_t tid, char *line, size_t room)
{
	char path[64];
	struct text text = text_into(path, sizeof(path));
	long fd, got;

	text_add(text_add_number(text_add(&text, "/proc/self/task/"), tid), "/syscall");
	if (!sandbox_allows(SYS_openat, AT_FDCWD, (long)path, O_RDONLY | O_CLOEXEC, 0) ||
	    !sandbox_allows(SYS_read, 0, (long)line, (long)room, 0) || !sandbox_allows(SYS_close, 0, 0, 0, 0))
		return NULL;
	fd = real.syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	got = real.syscall(SYS_read, fd, line, room - 1);
	real.syscall(SYS_close, fd);
	if (got <= 0)
		return NULL;
	line[got] = '\0';
	return line[0] >= '0' && line[0] <= '9' ? line : NULL;
}

/* "202 0x7f...": does the thread wait on a word of that mutex? */
static bool waits_at(uint32_t tid, uint64_t mutex)
{
	char line[256];
	const char *at = read_syscall(tid, line, sizeof(line));
	uint64_t number = 0, address = 0;

	if (!at)
		return false;
	for (; *at >= '0' && *at <= '9'; at++)
		number = number * 10 + (uint64_t)(*at - '0');
	if (number != SYS_futex || at[0] != ' ' || at[1] != '0' || at[2] != 'x')
		return false;
	for (at += 3; (*at >= '0' && *at <= '9') || (*at >= 'a' && *at <= 'f'); at++)
		address = address * 16 + (uint64_t)(*at <= '9' ? *at - '0' : *at - 'a' + 10);
	return address - mutex < MUTEX_SIZE;
}

static const struct waits_thread *thread_at(const struct snapshot *s, uint32_t place)
{
	return &s->threads[s->ring[place % s->length]];
}

/* What the thread at that place holds that the one before it waits for: number in its held set. */
static int held_by(const struct snapshot *s, uint32_t place)
{
	return waits_blocked_by(thread_at(s, place + s->length - 1), thread_at(s, place));
}

/* Its signal has come, and it waits for the mutex that the next one holds. */
static bool waits_for_mutex(const struct snapshot *s, uint32_t place)
{
	const struct waiter *holder = &s->waiters[s->ring[(place + 1) % s->length]];
	int held = held_by(s, place + 1);

	return held >= 0 && (uint32_t)held < holder->visible &&
	       waits_at(s->waiters[s->ring[place]].slot->tid, holder->slot->held[held].address & ~HELD_SLOW);
}

static bool is_for_good(const struct snapshot *s)
{
	uint32_t limited = 0;

	for (uint32_t i = 0; i < s->length; i++) {
		const struct waiter *waiter = &s->waiters[s->ring[i]];

		if (!thread_at(s, i)->soft)
			continue;
		if (waiter->on_condition && !waits_for_mutex(s, i))
			return false;
		if (!waiter->on_condition && atomic_load_explicit(&waiter->slot->wait_limit, memory_order_relaxed) < LONG_LIMIT)
			return false;
		limited += !waiter->on_condition;
	}
	return limited < 2 && limited < s->length;
}

/* ---- recording ---- */

static enum blocked_by how_held(const struct snapshot *s, uint32_t place, uint32_t *held)
{
	uint32_t visible = s->waiters[s->ring[place]].visible, number = (uint32_t)held_by(s, place);

	*held = number < visible ? number : 0;
	return number < visible ? BLOCKED_HELD : number == visible ? BLOCKED_END : BLOCKED_QUEUED;
}

static void record(const struct snapshot *s)
{
	uint32_t number = event_deadlock_new();

	for (uint32_t i = 0; i < s->count; i++) {
		struct blocked blocked = {.deadlock = number, .slot = s->waiters[i].slot};

		for (uint32_t place = 0; place < s->length; place++) {
			if (s->ring[place] != i)
				continue;
			blocked.place = place + 1;
			blocked.by = how_held(s, place, &blocked.by_held);
		}
		event_blocked(&blocked);
	}
	event_deadlock(number, s->length);
}

/* Two threads may have closed it at once, and both have found it. The caller holds process->lock. */
static bool was_recorded(uint64_t ring)
{
	for (uint32_t i = 0; i < RINGS_RECORDED; i++)
		if (process->rings_recorded[i] == ring)
			return true;
	process->rings_recorded[process->rings_next++ % RINGS_RECORDED] = ring;
	return false;
}

uint32_t ring_record(struct self *self, uint64_t ring, uint32_t *tids, uint32_t room, bool *again)
{
	struct snapshot *s;
	uint32_t count = 0;

	if (!state_lock(self))
		return 0;
	s = snapshot_new();
	if (s) {
		find_through(s, self->attached);
		if (key_of(s) == ring && is_for_good(s)) {
			*again = was_recorded(ring);
			if (!*again)
				record(s);
			for (; count < s->length && count < room; count++)
				tids[count] = s->waiters[s->ring[count]].slot->tid;
		}
		snapshot_free(s);
	}
	state_unlock(self);
	return count;
}
