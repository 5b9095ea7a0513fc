/*
 * once.c: pthread_once: a lock that is held while the routine runs, and that everybody else waits for meanwhile: rings of a mutex and a
 * once really hang. When the routine is done nobody waits any more; but a thread that comes then, with locks held, might have come
 * earlier: it counts as asking, unless it has passed this once before (or its creator had): then it never waits.
 */
#include "once.h"

#include "attach.h"
#include "plain.h"
#include "real.h"
#include "segments.h"

/* A call in progress; on the stack of the thread that makes it. */
struct once_call {
	struct plain plain;
	void (*routine)(void);
	struct once_call *outer;
};

static bool once_done(const pthread_once_t *control)
{
	/* glibc and musl alike: 2 when the routine has run. */
	return __atomic_load_n(control, __ATOMIC_ACQUIRE) & 2;
}

/* What the routine's thread did lies before all that comes past the once; `site`: where it was called from, NULL: the thread comes past. */
static void order(const void *control, const struct site *site)
{
	struct self *self = self_enter();

	if (!self)
		return;
	if (site)
		segment_release(self, control, EVENT_ONCE, *site);
	else
		segment_acquire(self, control);
	self_leave(self);
}

/* What libc runs instead of the routine. Left by an exception or cancellation, libc makes the control as it was and the lock is free: its
 * entry is a scoped one. A cleanup handler here could not say so: C's do not run for a C++ exception, and would be left behind. */
static void run_routine(void)
{
	struct once_call *call = self_current->once;

	plain_answer(&call->plain, true);
	call->routine();
	plain_release(call->plain.address);
	order(call->plain.address, &call->plain.site);
	self_current->once = call->outer;
}

static SLOW int once_call(pthread_once_t *control, void (*routine)(void), struct site site)
{
	struct self *self = self_open();
	struct once_call call = {.plain = {.address = control, .site = site, .kind = KIND_ONCE, .scoped = true}, .routine = routine};
	bool done = once_done(control);
	int result;

	if (!self)
		return real.pthread_once(control, routine);
	plain_ask(&call.plain);
	if (done) {
		plain_answer(&call.plain, false);
		result = real.pthread_once(control, routine);
	} else {
		call.outer = self->once;
		self->once = &call;
		result = real.pthread_once(control, run_routine);
		/* Run here, it has answered and gone already; run by another thread, the wait is over. */
		if (self->once == &call) {
			self->once = call.outer;
			plain_answer(&call.plain, false);
		}
	}
	attach_passed(self, control);
	order(control, NULL);
	return result;
}

int once(pthread_once_t *control, void (*routine)(void), struct site site)
{
	const struct self *self = self_current;

	real_ready();
	/* Inside the slow path it is the unwinder that asks: libgcc has a once of its own. */
	if (self->busy || (likely(once_done(control)) && (!self->attached || attach_has_passed(self, control))))
		return real.pthread_once(control, routine);
	return once_call(control, routine, site);
}

EXPORT int pthread_once(pthread_once_t *control, void (*routine)(void))
{
	return once(control, routine, SITE);
}

OLD_NAME(__pthread_once, pthread_once);
