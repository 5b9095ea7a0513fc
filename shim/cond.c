/*
 * cond.c: waits on condition variables. The release and the re-acquisition of the mutex happen inside libc, where no preload sees them:
 * they are modelled here. The re-acquisition asks for the mutex while everything else that the thread holds stays held, so it makes a
 * dependency like any other acquisition; it is recorded before the wait, since a wait that never ends must be explained too.
 */
#include "cond.h"

#include "events.h"
#include "holders.h"
#include "holding.h"
#include "identity.h"
#include "index.h"
#include "misuse.h"
#include "mutex.h"
#include "real.h"
#include "segments.h"

/* A wait in progress: what has to be put back when it ends, by return or by cancellation. */
struct wait {
	struct self *self; /* NULL: the thread is not watched */
	pthread_cond_t *cond;
	struct request request; /* for the mutex; lock 0: it is not known to be held, nothing is put back */
	bool counted;		/* among the condition's waiters */
};

/* The thread waits with a mutex that it is not known to hold: a misuse where it is certain that it does not. */
static void wait_without_mutex(const struct wait *wait, pthread_mutex_t *mutex)
{
	struct misuse misuse = {.address = mutex, .site = wait->request.site};

	if (identity_mutex_destroyed(mutex)) {
		misuse_use_destroyed(wait->self, &misuse);
		return;
	}
	misuse.lock = identity_mutex_find(mutex);
	if (!misuse.lock && mutex_surely_free(mutex))
		misuse.lock = identity_mutex_meet(wait->self, mutex, wait->request.site);
	misuse_wait_unlocked(wait->self, &misuse, mutex_surely_free(mutex));
}

/* All who wait on a condition at one time are to do it with one mutex. */
static void wait_with(struct wait *wait)
{
	struct misuse misuse = {wait->request.lock, wait->request.address, wait->request.site};
	struct holder other;

	if (holder_wait_begin(wait->self, wait->cond, misuse.lock, &other))
		misuse_two_mutexes(wait->self, &misuse, &other);
	else
		wait->counted = true;
}

static void wait_begin(struct wait *wait, pthread_mutex_t *mutex, enum lock_how how)
{
	struct self *self;
	struct held *held;

	real_ready();
	self = self_enter();
	if (!self)
		return;
	wait->self = self;
	holder_take_posted(self);
	if (self->jumped)
		event_report_jumped(self);
	held = held_find(self, mutex);
	if (held && !(held->flags & HELD_UNKNOWN)) {
		wait->request.lock = held->lock;
		held_remove(self, mutex);
		held_record(self, &wait->request);
	} else if (!held) {
		wait_without_mutex(wait, mutex);
	}
	held_wait_for(self, WAIT_CONDITION, how, wait->cond, wait->request.lock, wait->request.site);
	if (wait->request.lock)
		wait_with(wait);
	if (how == LOCK_BLOCKING)
		holding_waits(self, wait->cond, wait->request.site);
	self_leave(self);
}

/* The thread has its mutex back. */
static void wait_end(void *argument)
{
	struct wait *wait = argument;
	struct self *self = wait->self;

	if (!self || !self_enter())
		return;
	/* The signal comes first, then the mutex. */
	segment_acquire(self, wait->cond);
	holding_woken(self, wait->cond);
	if (wait->request.lock) {
		held_put(self, &wait->request);
		holding_took(self, &wait->request, stack_capture(self, wait->request.site)->stack);
	}
	held_wait_end(self);
	if (wait->counted)
		holder_wait_end(wait->cond, wait->request.lock);
	self_leave(self);
}

static int real_wait(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timed *timed)
{
	if (!timed)
		return real.pthread_cond_wait(cond, mutex);
	if (timed->has_clock)
		return real.pthread_cond_clockwait(cond, mutex, timed->clock, timed->until);
	return real.pthread_cond_timedwait(cond, mutex, timed->until);
}

int cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timed *timed, struct site site)
{
	struct wait wait = {.cond = cond, .request = {0, mutex, LOCK_EXCLUSIVE, LOCK_BLOCKING, site, false}};
	int result;

	wait_begin(&wait, mutex, timed ? LOCK_TIMED : LOCK_BLOCKING);
	/* Cancelled, the thread runs its handlers with the mutex locked again: ours comes first and puts it back. */
	pthread_cleanup_push(wait_end, &wait);
	result = real_wait(cond, mutex, timed);
	pthread_cleanup_pop(1);
	return result;
}

EXPORT int pthread_cond_wait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex)
{
	return cond_wait(cond, mutex, NULL, SITE);
}

EXPORT int pthread_cond_timedwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex, const struct timespec *restrict until)
{
	return cond_wait(cond, mutex, &(struct timed){.until = until}, SITE);
}

EXPORT int pthread_cond_clockwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex, clockid_t clock,
				  const struct timespec *restrict until)
{
	return cond_wait(cond, mutex, &(struct timed){.until = until, .clock = clock, .has_clock = true}, SITE);
}

/* ---- signals. The old implementation of conditions (before GLIBC_2.3.2) lays them out differently: a program that asks for it gets the new
 * one for all it does, for these names are exported without a version, like those of the waits. ---- */

void cond_signalled(const pthread_cond_t *cond, struct site site)
{
	struct self *self;

	real_ready();
	self = self_enter();
	if (!self)
		return;
	segment_release(self, cond, EVENT_CONDITION, site);
	holding_wakes(self, cond, holder_mutex_of(cond), site);
	self_leave(self);
}

EXPORT int pthread_cond_signal(pthread_cond_t *cond)
{
	cond_signalled(cond, SITE);
	return real.pthread_cond_signal(cond);
}

EXPORT int pthread_cond_broadcast(pthread_cond_t *cond)
{
	cond_signalled(cond, SITE);
	return real.pthread_cond_broadcast(cond);
}

EXPORT int pthread_cond_init(pthread_cond_t *restrict cond, const pthread_condattr_t *restrict attributes)
{
	real_ready();
	segment_forget(cond);
	return real.pthread_cond_init(cond, attributes);
}

EXPORT int pthread_cond_destroy(pthread_cond_t *cond)
{
	real_ready();
	segment_forget(cond);
	return real.pthread_cond_destroy(cond);
}
