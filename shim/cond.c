/*
 * cond.c: waits on condition variables. The release and the re-acquisition of the mutex happen inside libc, where no preload sees them:
 * they are modelled here. The re-acquisition asks for the mutex while everything else that the thread holds stays held, so it makes a
 * dependency like any other acquisition; it is recorded before the wait, since a wait that never ends must be explained too.
 */
#include "events.h"
#include "held.h"
#include "identity.h"
#include "real.h"

/* A wait in progress: what has to be put back when it ends, by return or by cancellation. */
struct wait {
	struct self *self; /* NULL: the mutex is not known to be held, nothing is modelled */
	struct request request;
};

static void wait_begin(struct wait *wait, pthread_mutex_t *mutex, struct site site)
{
	struct self *self;
	struct held *held;

	real_ready();
	self = self_enter();
	wait->self = NULL;
	if (!self)
		return;
	event_take_posted(self);
	if (self->jumped)
		event_report_jumped(self);
	held = held_find(self, mutex);
	if (held && !(held->flags & HELD_UNKNOWN)) {
		wait->self = self;
		wait->request = (struct request){held->lock, mutex, LOCK_EXCLUSIVE, LOCK_BLOCKING, site};
		held_remove(self, mutex);
		held_record(self, &wait->request);
	}
	self_leave(self);
}

/* The thread has its mutex back. */
static void wait_end(void *argument)
{
	struct wait *wait = argument;

	if (wait->self && self_enter()) {
		held_put(wait->self, &wait->request);
		self_leave(wait->self);
	}
}

EXPORT int pthread_cond_wait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex)
{
	struct wait wait;
	int result;

	wait_begin(&wait, mutex, SITE);
	/* Cancelled, the thread runs its handlers with the mutex locked again: ours comes first and puts it back. */
	pthread_cleanup_push(wait_end, &wait);
	result = real.pthread_cond_wait(cond, mutex);
	pthread_cleanup_pop(1);
	return result;
}

EXPORT int pthread_cond_timedwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex, const struct timespec *restrict until)
{
	struct wait wait;
	int result;

	wait_begin(&wait, mutex, SITE);
	pthread_cleanup_push(wait_end, &wait);
	result = real.pthread_cond_timedwait(cond, mutex, until);
	pthread_cleanup_pop(1);
	return result;
}

EXPORT int pthread_cond_clockwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex, clockid_t clock,
				  const struct timespec *restrict until)
{
	struct wait wait;
	int result;

	wait_begin(&wait, mutex, SITE);
	pthread_cleanup_push(wait_end, &wait);
	result = real.pthread_cond_clockwait(cond, mutex, clock, until);
	pthread_cleanup_pop(1);
	return result;
}
