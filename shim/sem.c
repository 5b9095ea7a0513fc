/*
 * sem.c: semaphores: something to wait for, and an order: what a thread did before it posted lies before what another does once its wait
 * is over, in this run at least (cycle-weakly-ordered). They have no owner, so they are no locks.
 */
#include <errno.h>
#include <semaphore.h>

#include "events.h"
#include "held.h"
#include "holding.h"
#include "real.h"
#include "segments.h"

/* The thread is about to wait. */
static struct self *wait_begin(sem_t *sem, enum lock_how how, struct site site)
{
	struct self *self;

	real_ready();
	self = self_enter();
	if (!self)
		return NULL;
	if (self->jumped)
		event_report_jumped(self);
	held_wait_for(self, WAIT_SEMAPHORE, how, sem, 0, site);
	if (how == LOCK_BLOCKING)
		holding_waits(self, sem, site);
	self_leave(self);
	return self;
}

/* Cancelled. */
static void wait_left(void *self)
{
	if (self)
		held_wait_end(self);
}

static void wait_end(struct self *self, const sem_t *sem, int result)
{
	if (!self || !self_enter())
		return;
	held_wait_end(self);
	if (result == 0)
		segment_acquire(self, sem);
	holding_woken(self, sem);
	self_leave(self);
}

EXPORT int sem_wait(sem_t *sem)
{
	struct self *self = wait_begin(sem, LOCK_BLOCKING, SITE);
	int result;

	pthread_cleanup_push(wait_left, self);
	result = real.sem_wait(sem);
	pthread_cleanup_pop(0);
	wait_end(self, sem, result);
	return result;
}

EXPORT int sem_timedwait(sem_t *restrict sem, const struct timespec *restrict until)
{
	struct self *self = wait_begin(sem, LOCK_TIMED, SITE);
	int result;

	pthread_cleanup_push(wait_left, self);
	result = real.sem_timedwait(sem, until);
	pthread_cleanup_pop(0);
	wait_end(self, sem, result);
	return result;
}

EXPORT int sem_clockwait(sem_t *restrict sem, clockid_t clock, const struct timespec *restrict until)
{
	struct self *self = wait_begin(sem, LOCK_TIMED, SITE);
	int result;

	pthread_cleanup_push(wait_left, self);
	result = real.sem_clockwait(sem, clock, until);
	pthread_cleanup_pop(0);
	wait_end(self, sem, result);
	return result;
}

EXPORT int sem_trywait(sem_t *sem)
{
	struct self *self;
	int result;

	real_ready();
	result = real.sem_trywait(sem);
	self = result == 0 ? self_enter() : NULL;
	if (self) {
		segment_acquire(self, sem);
		self_leave(self);
	}
	return result;
}

EXPORT int sem_post(sem_t *sem)
{
	struct self *self;

	real_ready();
	/* Before the real one: the waiter may be gone with the semaphore's memory when it returns. */
	self = self_enter();
	if (self) {
		segment_release(self, sem, EVENT_SEMAPHORE, SITE);
		holding_wakes(self, sem, 0, SITE);
		self_leave(self);
	}
	return real.sem_post(sem);
}

EXPORT int sem_init(sem_t *sem, int shared, unsigned value)
{
	int result;

	real_ready();
	result = real.sem_init(sem, shared, value);
	if (result == 0)
		segment_forget(sem);
	return result;
}

EXPORT int sem_destroy(sem_t *sem)
{
	real_ready();
	segment_forget(sem);
	return real.sem_destroy(sem);
}
