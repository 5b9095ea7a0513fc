/* barrier.c: barriers: what each thread did before it came lies before what any of them does after. */
#include "events.h"
#include "held.h"
#include "holding.h"
#include "real.h"
#include "segments.h"

EXPORT int pthread_barrier_init(pthread_barrier_t *restrict barrier, const pthread_barrierattr_t *restrict attributes, unsigned count)
{
	struct self *self;
	int result;

	real_ready();
	result = real.pthread_barrier_init(barrier, attributes, count);
	self = result == 0 ? self_enter() : NULL;
	if (self) {
		segment_barrier_init(self, barrier, count);
		self_leave(self);
	}
	return result;
}

EXPORT int pthread_barrier_destroy(pthread_barrier_t *barrier)
{
	real_ready();
	segment_forget(barrier);
	return real.pthread_barrier_destroy(barrier);
}

EXPORT int pthread_barrier_wait(pthread_barrier_t *barrier)
{
	struct site site = SITE;
	uint64_t round = 0;
	struct self *self;
	int result;

	real_ready();
	self = self_enter();
	if (self) {
		if (self->jumped)
			event_report_jumped(self);
		held_wait_for(self, WAIT_BARRIER, LOCK_BLOCKING, barrier, 0, site);
		round = segment_barrier_arrive(self, barrier, site);
		holding_wakes(self, barrier, 0, site);
		holding_waits(self, barrier, site);
		self_leave(self);
	}
	result = real.pthread_barrier_wait(barrier);
	if (self && self_enter()) {
		held_wait_end(self);
		segment_barrier_leave(self, barrier, round);
		holding_woken(self, barrier);
		self_leave(self);
	}
	return result;
}
