/* state.c: see state.h. */
#include "state.h"

#include <errno.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attach.h"
#include "fork.h"
#include "real.h"
#include "sandbox.h"
#include "sink.h"
#include "stats.h"
#include "trace.h"

struct self self_none;
struct self self_over = {.ended = true};
__thread struct self *self_current __attribute__((tls_model("initial-exec"))) = &self_none;

static struct process process_none;
struct process *process = &process_none;
_Atomic int state = STATE_BEFORE;
_Atomic bool tables_busy;

static void *tables_grow(void *ctx, size_t size)
{
	(void)ctx;
	return state_pages(size, false);
}
struct arena tables = {.grow = tables_grow};

static _Atomic uint64_t pages_total;

uint64_t state_pages_total(void)
{
	return atomic_load_explicit(&pages_total, memory_order_relaxed);
}

#define PAGES (MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE)
void *state_pages(size_t size, bool wipe)
{
	int saved = errno;
	void *pages = MAP_FAILED;

	if (sandbox_allows(SYS_mmap, 0, (long)size, PROT_READ | PROT_WRITE, PAGES) && sandbox_allows(SYS_madvise, 0, 0, MADV_WIPEONFORK, 0))
		pages = mmap(NULL, size, PROT_READ | PROT_WRITE, PAGES, -1, 0);

	/* Pages that are not wiped are none: a child of a raw fork would take its parent's locks and slots for its own. */
	if (pages != MAP_FAILED && wipe && madvise(pages, size, MADV_WIPEONFORK) != 0) {
		state_pages_free(pages, size);
		pages = MAP_FAILED;
	}
	errno = saved;
	if (pages != MAP_FAILED)
		atomic_fetch_add_explicit(&pages_total, size, memory_order_relaxed);
	return pages == MAP_FAILED ? NULL : pages;
}

void state_pages_free(void *pages, size_t size)
{
	int saved = errno;

	/* Not by the library function: ours looks for locks. */
	if (sandbox_allows(SYS_munmap, 0, 0, 0, 0))
		real.syscall(SYS_munmap, pages, size);
	atomic_fetch_sub_explicit(&pages_total, size, memory_order_relaxed);
	errno = saved;
}

void state_pages_empty(void *pages, size_t size)
{
	int saved = errno;

	if (sandbox_allows(SYS_madvise, 0, 0, MADV_DONTNEED, 0) && madvise(pages, size, MADV_DONTNEED) == 0)
		atomic_fetch_sub_explicit(&pages_total, size, memory_order_relaxed);
	errno = saved;
}

/* ---- the lock ---- */

static long futex(_Atomic uint32_t *word, int operation, uint32_t value)
{
	return real.syscall(SYS_futex, word, operation | FUTEX_PRIVATE_FLAG, value, NULL, NULL, 0);
}

uint64_t state_now(void)
{
	struct timespec now;

	return clock_gettime(CLOCK_MONOTONIC, &now) == 0 ? (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec : 0;
}

bool state_lock(struct self *self)
{
	uint32_t free = 0;

	/* U. Drepper, "Futexes Are Tricky", mutex 2. Acquire pairs with the release in state_unlock. */
	if (!atomic_compare_exchange_strong_explicit(&process->lock, &free, 1, memory_order_acquire, memory_order_relaxed)) {
		while (atomic_exchange_explicit(&process->lock, 2, memory_order_acquire) != 0) {
			if (atomic_load_explicit(&state, memory_order_relaxed) != STATE_ON)
				return false;
			futex(&process->lock, FUTEX_WAIT, 2);
		}
	}
	atomic_store_explicit(&tables_busy, true, memory_order_relaxed);
	if (self)
		self->locked = true;
	if (atomic_load_explicit(&state, memory_order_relaxed) == STATE_ON)
		return true;
	state_unlock(self);
	return false;
}

void state_unlock(struct self *self)
{
	if (self)
		self->locked = false;
	atomic_store_explicit(&tables_busy, false, memory_order_relaxed);
	if (atomic_exchange_explicit(&process->lock, 0, memory_order_release) == 2)
		futex(&process->lock, FUTEX_WAKE, 1);
}

void state_off(const char *why)
{
	int on = STATE_ON;

	if (!atomic_compare_exchange_strong(&state, &on, STATE_OFF))
		return;
	sink_incomplete(why);
	futex(&process->lock, FUTEX_WAKE, INT32_MAX);
}

/* ---- entering the slow path ---- */

struct self *self_enter(void)
{
	struct self *self = self_current;

	if (atomic_load_explicit(&state, memory_order_relaxed) != STATE_ON || self->ended)
		return NULL;
	if (self->busy) {
		if (!self->forking) {
			sink_limit(LIMIT_UNSEEN);
			trace_over();
		}
		return NULL;
	}
	if (!self->attached) {
		self = attach_thread();
		if (!self)
			return NULL;
	}
	self->saved_errno = errno;
	self->busy_sp = (uint64_t)(uintptr_t)__builtin_frame_address(0);
	self->busy = true;
	self->slot = NULL;
	signal_fence();
	if (unlikely(self->counts))
		stats_enter(self);
	return self;
}

void self_leave(struct self *self)
{
	if (unlikely(self->counts))
		stats_leave(self);
	errno = self->saved_errno;
	signal_fence();
	/* A forked child's first lock is awaited: self_open. */
	self->slot = process->fork_pending ? NULL : self->attached;
	self->busy = false;
}

SLOW struct self *self_open(void)
{
	struct self *self;

	real_ready();
	self = self_enter();
	if (!self)
		return NULL;
	if (process->fork_pending)
		fork_first_lock(self);
	self_leave(self);
	return self;
}
