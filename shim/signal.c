/* signal.c: see signal.h. */
#include "signal.h"

#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attach.h"
#include "events.h"
#include "graph/hash.h"
#include "real.h"
#include "sandbox.h"

#define SIGNALS	    64
#define BIT(signal) (1ull << ((signal)-1))

/* ---- handlers ---- */

static _Atomic uintptr_t handlers[SIGNALS + 1]; /* by signal: the last one of the program's; 0: none so far */

uint64_t signal_handled_by(uint64_t function)
{
	uint64_t signals = 0;

	for (int i = 1; function && i <= SIGNALS; i++)
		if (atomic_load_explicit(&handlers[i], memory_order_relaxed) == function)
			signals |= BIT(i);
	return signals;
}

/* Signals that have a handler now. */
static _Atomic uint64_t handled;

/* From now on locks are taken with that signal's handler in wait: what the thread has passed already is to be looked at once more. Not each time
 * that a program turns one on and off. */
static void look_again(void)
{
	static _Atomic uint32_t times;
	struct self *self;

	if (atomic_fetch_add_explicit(&times, 1, memory_order_relaxed) >= SIGNALS)
		return;
	self = self_enter();
	if (!self)
		return;
	stack_forget(self);
	self_leave(self);
}

static void handler_set(int signal, uintptr_t handler)
{
	if (signal < 1 || signal > SIGNALS)
		return;
	if (handler == (uintptr_t)SIG_DFL || handler == (uintptr_t)SIG_IGN) {
		atomic_fetch_and_explicit(&handled, ~BIT(signal), memory_order_relaxed);
		return;
	}
	atomic_fetch_or_explicit(&handled, BIT(signal), memory_order_relaxed);
	if (atomic_exchange_explicit(&handlers[signal], handler, memory_order_relaxed) != handler)
		look_again();
}

EXPORT int sigaction(int signal, const struct sigaction *restrict action, struct sigaction *restrict before)
{
	int result;

	real_ready();
	result = real.sigaction(signal, action, before);
	/* One union in every libc. */
	if (result == 0 && action)
		handler_set(signal, (uintptr_t)action->sa_handler);
	return result;
}

EXPORT sighandler_t signal(int number, sighandler_t handler)
{
	sighandler_t before;

	real_ready();
	before = real.signal(number, handler);
	if (before != SIG_ERR)
		handler_set(number, (uintptr_t)handler);
	return before;
}

/* ---- who takes a lock with what open ---- */

/* One side of it. */
struct side {
	uint64_t signals; /* open there; or those whose handler it is */
	uint64_t handler; /* that function; 0: it is in none */
	uint32_t thread, stack;
	uint8_t mode;
};
struct taken {
	uint64_t lock;
	struct side outside, handler;
	UT_hash_handle hh;
};

/* Of those that have a handler all but what the thread blocks; none when it cannot be asked. */
static uint64_t open_signals(void)
{
	uint64_t blocked = 0;

	if (!atomic_load_explicit(&handled, memory_order_relaxed))
		return 0;
	if (!sandbox_allows(SYS_rt_sigprocmask, SIG_BLOCK, 0, (long)&blocked, sizeof(blocked)) ||
	    real.syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &blocked, sizeof(blocked)) != 0)
		return 0;
	return ~blocked & atomic_load_explicit(&handled, memory_order_relaxed);
}

static struct taken *taken_find(uint64_t lock)
{
	struct taken *taken;

	HASH_FIND(hh, process->taken, &lock, sizeof(lock), taken);
	return taken;
}

static struct taken *taken_of(uint64_t lock)
{
	struct arena *arena = &process->arena;
	struct taken *taken = taken_find(lock);

	if (taken)
		return taken;
	event_arena_begin();
	taken = arena_alloc(arena, sizeof(*taken));
	if (!taken)
		return NULL;
	taken->lock = lock;
	HASH_ADD(hh, process->taken, lock, sizeof(taken->lock), taken);
	if (hash_added(taken))
		return taken;
	arena_free(arena, taken, sizeof(*taken));
	return NULL;
}

void signal_lock_gone(uint64_t lock)
{
	struct taken *taken = process->taken ? taken_find(lock) : NULL;
	struct arena *arena = &process->arena;

	if (!taken)
		return;
	HASH_DELETE(hh, process->taken, taken);
	arena_free(arena, taken, sizeof(*taken));
}

/* A side that has more signals than what is known takes its place. */
static bool widen(struct side *known, const struct side *side)
{
	if ((side->signals & ~known->signals) == 0 && (side->signals == 0 || known->handler == side->handler))
		return false;
	known->signals = known->handler == side->handler ? known->signals | side->signals : side->signals;
	known->handler = side->handler;
	known->thread = side->thread;
	known->stack = side->stack;
	known->mode = side->mode;
	return true;
}

/* Can the holder's own signal come in between, and its handler wait? A recursive lock's owner is let in, a reader by a reader. */
static int first_hazard(const struct taken *taken)
{
	const struct lock_key *key = event_lock_key(taken->lock);
	/* A handler that was replaced since comes no more. */
	uint64_t both = taken->outside.signals & taken->handler.signals & signal_handled_by(taken->handler.handler);

	if (!both || !key || key->lock_kind == KIND_RECURSIVE || key->lock_kind == KIND_ERRORCHECK || key->lock_kind == KIND_STREAM ||
	    (taken->outside.mode == LOCK_SHARED && taken->handler.mode == LOCK_SHARED && key->lock_kind == KIND_RWLOCK))
		return 0;
	return __builtin_ctzll(both) + 1;
}

/* Notes both sides. Returns the signal of a hazard that is new, with what is known in *now; 0: none. Caller holds the lock. */
static int note(struct self *self, const struct request *request, uint32_t stack, uint64_t open, struct taken *now)
{
	struct side outside = {open, 0, self->info->id, stack, request->mode};
	struct side handler = {self->signals, self->handler, self->info->id, stack, request->mode};
	struct taken *taken = taken_of(request->lock);
	bool changed;

	if (!taken)
		return 0;
	changed = widen(&taken->outside, &outside);
	/* Who only tries, or has a limit, gets on; as the holder he counts. */
	changed |= request->how == LOCK_BLOCKING && widen(&taken->handler, &handler);
	*now = *taken;
	return changed ? first_hazard(taken) : 0;
}

void signal_taken(struct self *self, const struct request *request, uint32_t stack)
{
	struct evidence evidence = {.rule = RULE_SIGNAL_LOCK, .lock = request->lock};
	uint64_t open = open_signals();
	struct taken taken = {0};

	if (!open && !self->signals)
		return;
	if (state_lock(self)) {
		evidence.signal = (uint8_t)note(self, request, stack, open, &taken);
		state_unlock(self);
	}
	if (!evidence.signal)
		return;
	evidence_add(&evidence, LABEL_HANDLED, taken.handler.thread, taken.handler.stack, taken.handler.mode);
	evidence_add(&evidence, LABEL_ACQUIRED, taken.outside.thread, taken.outside.stack, taken.outside.mode);
	event_finding(self, &evidence);
}
