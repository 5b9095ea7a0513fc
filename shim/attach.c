/* attach.c: see attach.h. */
#include "attach.h"

#include <limits.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "events.h"
#include "fork.h"
#include "gates.h"
#include "held.h"
#include "holders.h"
#include "holding.h"
#include "libc.h"
#include "module.h"
#include "objects.h"
#include "real.h"
#include "rowmap.h"
#include "sandbox.h"
#include "segments.h"
#include "sink.h"
#include "stats.h"
#include "trace.h"

static pthread_key_t key;
static bool key_made;
static uint32_t last_serial; /* of the process as it was before a fork: these pages are not wiped */
static bool fork_prepared;   /* pthread_atfork's prepare holds the lock: the tables are whole in the child */
static bool fork_alone;	     /* by the only thread */
static uint32_t fork_serial; /* of the process that forks */

/* What the forking thread holds, kept for its child: the parent's slot is shared and goes on changing. */
static struct held fork_held[SLOT_HELD];
static uint32_t fork_depth;
static struct held *fork_deep;
static uint32_t fork_deep_room;

/* ---- records ---- */

#define POOL 8u /* records a time, so that most threads need no system call */
static const size_t self_size = (sizeof(struct self) + 4095) & ~(size_t)4095;

static struct self *self_new(void)
{
	struct self *self = process->free_selves;
	char *pool;

	if (self) {
		process->free_selves = self->next_free;
		memset(self, 0, sizeof(*self));
		return self;
	}
	pool = state_pages(POOL * self_size, true);
	if (!pool)
		return NULL;
	for (uint32_t i = 1; i < POOL; i++) {
		struct self *other = (struct self *)(pool + i * self_size);

		other->next_free = process->free_selves;
		process->free_selves = other;
	}
	return (struct self *)pool;
}

/* The kernel's number of this thread without a system call: libc notes it in a mutex that it locks. */
static uint32_t own_tid(void)
{
	pthread_mutex_t mutex = LIBC_OWNED_MUTEX;
	uint32_t tid;

	real.pthread_mutex_lock(&mutex);
	tid = (uint32_t)libc_mutex_owner(&mutex);
	real.pthread_mutex_unlock(&mutex);
	return tid;
}

static struct thread_info *info_new(void)
{
	struct thread_info *info;

	event_arena_begin();
	info = arena_alloc(&process->arena, sizeof(*info));
	if (!info)
		return NULL;
	info->id = atomic_fetch_add_explicit(&sink_header->next_thread, 1, memory_order_relaxed);
	info->segment = 1;
	sink_total(TOTAL_THREADS);
	return info;
}

static void info_free(struct thread_info *info)
{
	/* Joining a detached thread is a bug of the program, and is not to be one of ours. */
	for (struct self *joiner = process->joiners; joiner; joiner = joiner->next_joiner)
		if (joiner->join_info == info)
			joiner->join_info = NULL;
	segment_clock_free(info);
	gates_free(info);
	holding_free(info);
	arena_free(&process->arena, info, sizeof(*info));
}

/* What was said of a thread before it told its number: it was detached (one that ended and stayed would be taken for the next one of that
 * number), or named. */
struct early {
	pthread_t pthread;
	struct early *next;
	bool detached;
	char name[16];
};

/* Where the entry of that thread hangs, or would hang. */
static struct early **early_find(pthread_t pthread)
{
	struct early **link = &process->early;

	while (*link && (*link)->pthread != pthread)
		link = &(*link)->next;
	return link;
}

/* NULL: no memory. */
static struct early *early_entry(pthread_t pthread)
{
	struct early **link = early_find(pthread);

	event_arena_begin();
	if (!*link)
		*link = arena_alloc(&process->arena, sizeof(**link));
	if (*link)
		(*link)->pthread = pthread;
	return *link;
}

static void early_take(struct thread_info *info, pthread_t pthread)
{
	struct early **link = early_find(pthread), *early = *link;

	if (!early)
		return;
	info->detached |= early->detached;
	memcpy(info->name, early->name, sizeof(info->name));
	*link = early->next;
	arena_free(&process->arena, early, sizeof(*early));
}

static bool info_awaited(const struct thread_info *info)
{
	for (const struct self *joiner = process->joiners; joiner; joiner = joiner->next_joiner)
		if (joiner->join_info == info)
			return true;
	return false;
}

/* Now it is known whom that thread waits for. */
static void join_targets(struct self *joiner, struct thread_info *info)
{
	joiner->join_info = info;
	atomic_store_explicit(&joiner->attached->wait_lock, info->id, memory_order_relaxed);
}

static struct thread_info *info_find(pthread_t pthread)
{
	struct thread_info *info;

	HASH_FIND(hh, process->infos, &pthread, sizeof(pthread), info);
	return info;
}

static void info_enter(struct thread_info *info, pthread_t pthread)
{
	struct arena *arena = &process->arena;
	struct thread_info *stale = info_find(pthread);

	/* A thread whose pthread_t is used again: never joined through us, or its joiner is about to say so. */
	if (stale) {
		HASH_DELETE(hh, process->infos, stale);
		stale->hh.tbl = NULL;
		if (!info_awaited(stale))
			info_free(stale);
	}
	for (struct self *joiner = process->joiners; joiner; joiner = joiner->next_joiner)
		if (joiner->join_thread == pthread && !joiner->join_info)
			join_targets(joiner, info);
	early_take(info, pthread);
	info->pthread = pthread;
	HASH_ADD(hh, process->infos, pthread, sizeof(info->pthread), info);
	if (!hash_added(info))
		event_missing();
}

static bool info_entered(const struct thread_info *info)
{
	return info->hh.tbl != NULL;
}

static void info_remove(struct thread_info *info)
{
	struct arena *arena = &process->arena;

	if (info_entered(info))
		HASH_DELETE(hh, process->infos, info);
	info_free(info);
}

/* ---- attaching ---- */

/* Gives the record a slot and an info. Caller holds the lock. */
static bool self_equip(struct self *self, struct thread_info *info, bool is_main)
{
	struct slot *slot = sink_slot_new();

	if (!slot)
		return false;
	if (!info) {
		info = info_new();
		if (!info) {
			sink_slot_free(slot);
			return false;
		}
		info->is_main = is_main;
	}
	if (!info_entered(info))
		info_enter(info, pthread_self());
	info->tid = own_tid();
	slot->thread = info->id;
	slot->tid = slot->wait_tid = info->tid;
	slot->start = info->start ? module_frame((uintptr_t)info->start) : 0;
	slot->created = info->create_stack;
	memcpy(slot->name, info->name, sizeof(slot->name));
	self->info = info;
	self->attached = slot;
	self->segment_mix = held_segment_mix(info->id, info->segment);
	trace_begin(self);
	stats_begin(self);
	atomic_store_explicit(&process->by_tid[info->tid % BY_TID], slot, memory_order_release);
	atomic_store_explicit(&slot->state, 1, memory_order_release);
	return true;
}

static struct self *attach_locked(struct thread_info *info, bool is_main)
{
	struct self *self = self_new();

	if (self && self_equip(self, info, is_main))
		return self;
	if (self) {
		self->next_free = process->free_selves;
		process->free_selves = self;
	}
	event_unseen_thread();
	return NULL;
}

/* A record for the calling thread. A signal handler that locks meanwhile passes through; one that locked just before has made it. */
static struct self *attach(struct thread_info *info)
{
	static __thread bool attaching __attribute__((tls_model("initial-exec")));
	bool is_main = process->serial == 0;
	struct self *self = NULL;

	if (attaching)
		return NULL;
	attaching = true;
	signal_fence();
	if (self_current->attached)
		self = self_current;
	else if ((!is_main || attach_process(last_serial)) && state_lock(NULL)) {
		self = attach_locked(info, is_main);
		/* Said once; asking again at every lock would cost a system call each. */
		if (!self)
			self_current = &self_over;
		state_unlock(NULL);
	}
	if (self && self != self_current) {
		/* Without it the thread's end would not be seen, nor its slot given back. */
		if (!key_made || pthread_setspecific(key, self) != 0)
			event_missing();
		self->slot = self->attached;
		signal_fence();
		self_current = self;
	}
	signal_fence();
	attaching = false;
	return self;
}

/* While a thread is about to attach with what its creator knows of it, that may be this one, in a signal handler: without it nothing would say
 * that it comes after its creation. */
struct self *attach_thread(void)
{
	if (!atomic_load_explicit(&process->starting, memory_order_relaxed))
		return attach(NULL);
	sink_limit(LIMIT_UNSEEN);
	trace_over();
	return NULL;
}

static void join_forget(struct self *self)
{
	struct self **link = &process->joiners;

	while (*link && *link != self)
		link = &(*link)->next_joiner;
	if (*link)
		*link = self->next_joiner;
	self->join_info = NULL;
}

void attach_release(struct self *self)
{
	struct thread_info *info = self->info;

	join_forget(self);
	self->slot = NULL;
	trace_end(self);
	stats_end(self);
	sink_slot_free(self->attached);
	if (self->deep)
		state_pages_free(self->deep, self->deep_room * sizeof(*self->deep));
	stack_end(self);
	rowmap_end(self);
	info->ended = true;
	holding_ends(self);
	if (info->detached)
		info_remove(info);
	self->next_free = process->free_selves;
	process->free_selves = self;
}

/* ---- the end of a thread ---- */

/* Runs in every round of destructors; others lock too, so the record goes in the last one. */
static void thread_over(void *value)
{
	struct self *self = self_current;

	if (self != value || self == &self_over)
		return;
	if (++self->rounds < PTHREAD_DESTRUCTOR_ITERATIONS && pthread_setspecific(key, self) == 0)
		return;
	if (self->busy) {
		state_off("a thread ended inside gridlock");
		return;
	}
	if (!self_enter())
		return;
	event_thread_ends(self);
	if (!state_lock(self))
		return;
	self_current = &self_over;
	attach_release(self);
	state_unlock(NULL);
}

bool attach_key_make(void)
{
	/* Beyond the first 32 keys pthread_setspecific may call the host's malloc. */
	key_made = pthread_key_create(&key, thread_over) == 0;
	if (key_made && key >= 32) {
		pthread_key_delete(key);
		key_made = false;
	}
	return key_made;
}

/* ---- processes ---- */

static void describe_process(uint32_t parent)
{
	union {
		struct fact_process fact;
		char room[sizeof(struct fact_process) + sizeof(module_program)];
	} u = {.fact = {.head.kind = FACT_PROCESS, .serial = process->serial, .parent = parent}};
	size_t length = strlen(module_program);
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (sandbox_allows(SYS_getpid, 0, 0, 0, 0) && sandbox_allows(SYS_getppid, 0, 0, 0, 0)) {
		u.fact.pid = getpid();
		u.fact.ppid = getppid();
	}
	u.fact.started = (uint64_t)now.tv_sec * 1000000000u + now.tv_nsec;
	memcpy(u.fact.exe, module_program, length);
	u.fact.head.size = (sizeof(u.fact) + length + 1 + 7) & ~7u;
	sink_append(&u.fact.head);
}

bool attach_process(uint32_t parent)
{
	if (atomic_load(&tables_busy) && !fork_prepared) {
		state_off("a process was forked, without pthread_atfork, in the middle of a record");
		return false;
	}
	process->serial = atomic_fetch_add_explicit(&sink_header->next_process, 1, memory_order_relaxed);
	last_serial = process->serial;
	atomic_fetch_add_explicit(&sink_header->processes_live, 1, memory_order_relaxed);
	sink_total(TOTAL_PROCESSES);
	describe_process(parent);
	trace_process();
	return true;
}

void attach_fork_prepare(void)
{
	struct self *self = self_enter();

	if (!self || !state_lock(self))
		return;
	/* Busy until the other side: atfork handlers that run after this one, with locks that this thread took unseen, pass through. */
	self->forking = true;
	holder_take_posted(self);
	fork_depth = self->attached->depth;
	memcpy(fork_held, self->attached->held, sizeof(fork_held));
	fork_deep = self->deep;
	fork_deep_room = self->deep_room;
	fork_alone = HASH_COUNT(process->infos) <= 1;
	fork_serial = process->serial;
	segment_fork_prepare(self);
	fork_prepare(self);
	fork_prepared = true;
}

void attach_fork_parent(void)
{
	struct self *self = self_current;

	if (!fork_prepared || !self->locked)
		return;
	fork_prepared = false;
	self->forking = false;
	state_unlock(self);
	self_leave(self);
}

/* What the forking thread held, its child's only thread holds: in the child's copy of the memory. */
static void carry_over(struct self *self)
{
	uint32_t visible = fork_depth < SLOT_HELD ? fork_depth : SLOT_HELD;

	memcpy(self->attached->held, fork_held, visible * sizeof(fork_held[0]));
	for (uint32_t i = 0; i < visible; i++)
		self->attached->held[i].flags |= HELD_AT_FORK;
	self->deep = fork_deep;
	self->deep_room = fork_deep_room;
	atomic_store_explicit(&self->attached->depth, fork_depth, memory_order_release);
	for (uint32_t i = 0; i < fork_depth; i++) {
		const struct held *held = self_held(self, i);

		trace_lock(self, TRACE_ACQUIRE, held->lock, held->mode, held->how, held->stack);
	}
}

void attach_fork_child(void)
{
	struct self *self;

	if (!fork_prepared)
		return;
	/* Who says that it wipes pages and does not (qemu-user before 8) leaves us with the parent's slots, which are not ours to write. Another
	 * number is the child's own: a handler that ran before this one has taken a lock. */
	if (process->serial == fork_serial) {
		state_off("a forked child's pages were not wiped");
		return;
	}
	objects_forked(fork_alone);
	self = self_current;
	if (!self->attached)
		self = attach_thread();
	/* A handler that ran before this one may have attached the thread and taken locks: what was held comes below nothing of that. */
	if (self && self->attached->depth == 0)
		carry_over(self);
	if (self) {
		segment_fork_child(self);
		fork_begin(self);
	}
	fork_prepared = false;
	atomic_store(&tables_busy, false);
}

/* ---- pthread_create and what follows ---- */

struct thread_info *attach_child_new(struct self *parent, uint32_t create_stack, const void *start)
{
	struct thread_info *info = info_new();

	if (!info)
		return NULL;
	atomic_fetch_add_explicit(&process->starting, 1, memory_order_relaxed);
	info->parent = parent->info->id;
	info->create_stack = create_stack;
	info->start = start;
	segment_created(info, parent->info, create_stack);
	gates_created(parent, info);
	holding_idle(parent);
	trace_thread(parent, TRACE_CREATE, info->id, create_stack);
	parent->segment_mix = held_segment_mix(parent->info->id, parent->info->segment);
	return info;
}

/* ---- what a thread has passed ---- */

static uint32_t passed_index(const void *once)
{
	return (uintptr_t)once * 0x9e3779b97f4a7c15ull >> 58;
}
_Static_assert(PASSED_SIZE == 1 << (64 - 58), "passed_index");

bool attach_has_passed(const struct self *self, const void *once)
{
	uint32_t start = passed_index(once);

	for (uint32_t i = 0; i < PASSED_SIZE; i++) {
		uint64_t passed = self->passed[(start + i) % PASSED_SIZE];

		if (passed == (uintptr_t)once || passed == 0)
			return passed != 0;
	}
	/* There is no room to know: nothing is said of those that may have been passed. */
	return true;
}

void attach_passed(struct self *self, const void *once)
{
	uint32_t start = passed_index(once);

	for (uint32_t i = 0; i < PASSED_SIZE && !attach_has_passed(self, once); i++)
		if (self->passed[(start + i) % PASSED_SIZE] == 0)
			self->passed[(start + i) % PASSED_SIZE] = (uintptr_t)once;
}

void attach_child_drop(struct thread_info *info)
{
	atomic_fetch_sub_explicit(&process->starting, 1, memory_order_relaxed);
	info_remove(info);
}

void attach_child(struct thread_info *info)
{
	if (atomic_load_explicit(&state, memory_order_relaxed) == STATE_ON)
		attach(info);
	atomic_fetch_sub_explicit(&process->starting, 1, memory_order_relaxed);
}

/* The thread that has this pthread_t now. One that has ended and has a joiner may be another's predecessor: its joiner is about to say so. */
static struct thread_info *find_present(pthread_t pthread)
{
	struct thread_info *info = info_find(pthread);

	return info && info->ended && info_awaited(info) ? NULL : info;
}

/* Whom a thread joins is to be known before libc's join: after it the pthread_t may be another thread's. So joiners are listed: one whose
 * target has not begun gets it in info_enter, and there a target whose pthread_t is used again is left to its joiner. */
void attach_join_begins(struct self *self, pthread_t pthread)
{
	join_forget(self); /* a join that a jump has left */
	self->join_thread = pthread;
	self->join_info = NULL;
	if (find_present(pthread))
		join_targets(self, find_present(pthread));
	self->next_joiner = process->joiners;
	process->joiners = self;
}

void attach_join_ends(struct self *self, pthread_t pthread, bool joined, uint32_t join_stack)
{
	/* A signal handler may have joined another thread in between. */
	struct thread_info *info = self->join_thread == pthread ? self->join_info : NULL;

	join_forget(self);
	if (!info)
		return;
	if (joined) {
		gates_joined(self, info);
		holding_joined(self, info, join_stack);
		holding_idle(self);
		segment_joined(self->info, info, join_stack);
		trace_thread(self, TRACE_JOIN, info->id, join_stack);
		self->segment_mix = held_segment_mix(self->info->id, self->info->segment);
	} else if (info_entered(info)) {
		return;
	}
	if (info->ended)
		info_remove(info);
	else
		/* Its record is still in use (it ended without the key's last round); nobody joins it again. */
		info->detached = true;
}

void attach_detached(pthread_t pthread)
{
	struct thread_info *info = find_present(pthread);
	struct early *early;

	if (info && info->ended) {
		info_remove(info);
	} else if (info) {
		info->detached = true;
	} else {
		early = early_entry(pthread);
		if (early)
			early->detached = true;
	}
}

void attach_named(pthread_t pthread, const char *name)
{
	struct thread_info *info = find_present(pthread);
	struct early *early = info ? NULL : early_entry(pthread);

	if (info)
		event_named(info, name);
	if (early)
		strncpy(early->name, name, sizeof(early->name) - 1);
}
