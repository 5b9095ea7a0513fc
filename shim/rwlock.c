/* rwlock.c: pthread_rwlock_*. Reading is a hot path: a reader writes nothing that other threads read but libc's own counter. */
#include "deadlock.h"
#include "events.h"
#include "fork.h"
#include "held.h"
#include "holders.h"
#include "identity.h"
#include "index.h"
#include "misuse.h"
#include "real.h"
#include "rings.h"
#include "state.h"

/* One without a valid stamp: new, or known by its address, or destroyed, which libc does not mind. */
static SLOW uint64_t rwlock_met(struct self *self, pthread_rwlock_t *rwlock, struct site site)
{
	if (identity_rwlock_destroyed(rwlock))
		misuse_use_destroyed(self, &(struct misuse){.address = rwlock, .site = site});
	return identity_rwlock_make(self, rwlock, site);
}

INLINE uint64_t rwlock_id(struct self *self, pthread_rwlock_t *rwlock, struct site site)
{
	uint64_t id = identity_of_rwlock(rwlock);

	return likely(id) ? id : rwlock_met(self, rwlock, site);
}

INLINE int real_try(pthread_rwlock_t *rwlock, uint8_t mode)
{
	return mode == LOCK_SHARED ? real.pthread_rwlock_tryrdlock(rwlock) : real.pthread_rwlock_trywrlock(rwlock);
}

INLINE int real_first(pthread_rwlock_t *rwlock, uint8_t mode)
{
	return mode == LOCK_SHARED ? real.first_read(rwlock) : real.first_write(rwlock);
}

/* libc's own lock. `timed` NULL: without limit. */
static int real_lock(pthread_rwlock_t *rwlock, uint8_t mode, const struct timed *timed)
{
	if (!timed)
		return mode == LOCK_SHARED ? real.pthread_rwlock_rdlock(rwlock) : real.pthread_rwlock_wrlock(rwlock);
	if (timed->has_clock)
		return mode == LOCK_SHARED ? real.pthread_rwlock_clockrdlock(rwlock, timed->clock, timed->until)
					   : real.pthread_rwlock_clockwrlock(rwlock, timed->clock, timed->until);
	return mode == LOCK_SHARED ? real.pthread_rwlock_timedrdlock(rwlock, timed->until)
				   : real.pthread_rwlock_timedwrlock(rwlock, timed->until);
}

/* Asking for what the thread holds. glibc refuses both ways while it writes; while it reads, a second read is granted, and a write waits
 * for the thread's own read lock: for ever. */
static void rwlock_relock(struct self *self, pthread_rwlock_t *rwlock, const struct request *request)
{
	struct held *held;

	holder_take_posted(self);
	held = held_find(self, rwlock);
	if (!held || held->lock != request->lock || (held->flags & HELD_UNKNOWN) || request->how != LOCK_BLOCKING)
		return;
	if (held->mode == LOCK_SHARED ? request->mode == LOCK_EXCLUSIVE && libc_rwlock_writer(rwlock) == 0 : !LIBC_WRITER_REFUSED)
		deadlock_self(self, request, held);
}

/* libc's own lock, in slices. */
static int rwlock_lock_watched(struct self *self, pthread_rwlock_t *rwlock, uint8_t mode, const struct timed *timed, struct slice *slice)
{
	bool monotonic = real.pthread_rwlock_clockrdlock && real.pthread_rwlock_clockwrlock;
	int result;

	do
		result = real_lock(rwlock, mode, slice_next(slice, timed, monotonic));
	while (slice_again(self, slice, result));
	return result == ETIMEDOUT && !slice->last ? real_lock(rwlock, mode, timed) : result;
}

/* A call that is going to wait: recorded and published before, taken off after. */
static int rwlock_wait(struct self *self, pthread_rwlock_t *rwlock, const struct request *request, const struct timed *timed)
{
	struct slice slice = {.asked = deadlock_may_be_asked(identity_rwlock_sort(rwlock).flags)};
	int result;

	if (!self_enter())
		return real_lock(rwlock, request->mode, timed);
	rwlock_relock(self, rwlock, request);
	if (process->forked_locked)
		fork_locked(self, request);
	held_wait_begin(self, request, timed);
	slice.near = ring_is_awaited(self) && deadlock_near(self, libc_rwlock_writer(rwlock));
	self_leave(self);
	result = slice.near || slice.asked ? rwlock_lock_watched(self, rwlock, request->mode, timed, &slice)
					   : real_lock(rwlock, request->mode, timed);
	if (result == 0)
		held_push_waited(self, request->lock, rwlock, held_what(0, request->mode, request->how), request->site);
	held_wait_end(self);
	if (unlikely(result == EDEADLK))
		misuse_relock_refused(self, request);
	return result;
}

/* A writer of a lock where readers wait behind him? What he does is recorded with nothing held too. */
INLINE bool is_first(const pthread_rwlock_t *rwlock, uint8_t mode)
{
	return mode == LOCK_EXCLUSIVE && libc_rwlock_writers_first(rwlock);
}

static SLOW void rwlock_written(struct self *self, pthread_rwlock_t *rwlock, uint8_t how, struct site site)
{
	struct request request = {rwlock_id(self, rwlock, site), rwlock, LOCK_EXCLUSIVE, how, site, true};

	if (!request.lock || self->attached->depth || !self_enter())
		return;
	held_record(self, &request);
	self_leave(self);
}

/* One that is seen for the first time, or a writer to be recorded. */
static SLOW void rwlock_acquired_slow(struct self *self, pthread_rwlock_t *rwlock, uint64_t mode_and_how, struct site site)
{
	uint64_t id = rwlock_id(self, rwlock, site);
	uint8_t mode = (uint8_t)(mode_and_how >> 32), how = (uint8_t)(mode_and_how >> 40);

	if (!id)
		return;
	if (how != LOCK_TRY && is_first(rwlock, mode))
		rwlock_written(self, rwlock, how, site);
	held_push(self, id, rwlock, mode_and_how, site);
}

INLINE void rwlock_acquired(struct self *self, pthread_rwlock_t *rwlock, uint8_t mode, uint8_t how, struct site site)
{
	uint64_t id = identity_of_rwlock(rwlock);

	if (unlikely(!id || (how != LOCK_TRY && is_first(rwlock, mode)))) {
		rwlock_acquired_slow(self, rwlock, held_what(0, mode, how), site);
		return;
	}
	held_push(self, id, rwlock, held_what(0, mode, how), site);
}

/* The try did not succeed. EAGAIN (too many readers) is what the real call would answer too; only EBUSY means busy. */
static SLOW int rwlock_lock_rest(struct self *self, pthread_rwlock_t *rwlock, uint8_t mode, int result, struct site site)
{
	struct request request = {0, rwlock, mode, LOCK_BLOCKING, site, libc_rwlock_writers_first(rwlock)};

	if (result == 0)
		rwlock_acquired(self, rwlock, mode, LOCK_BLOCKING, site);
	if (result != EBUSY)
		return result;
	request.lock = rwlock_id(self, rwlock, site);
	return request.lock ? rwlock_wait(self, rwlock, &request, NULL) : real_lock(rwlock, mode, NULL);
}

/* The fast path was shut. */
static SLOW int rwlock_lock_first(pthread_rwlock_t *rwlock, uint8_t mode, struct site site)
{
	struct self *self = self_open();

	if (!self)
		return real_lock(rwlock, mode, NULL);
	return rwlock_lock_rest(self, rwlock, mode, real_first(rwlock, mode), site);
}

INLINE int rwlock_lock(pthread_rwlock_t *rwlock, uint8_t mode, struct site site)
{
	struct self *self = self_current;
	int result;

	if (unlikely(!self->slot))
		return rwlock_lock_first(rwlock, mode, site);
	result = real_first(rwlock, mode);
	if (unlikely(result != 0))
		return rwlock_lock_rest(self, rwlock, mode, result, site);
	rwlock_acquired(self, rwlock, mode, LOCK_BLOCKING, site);
	return 0;
}

INLINE int rwlock_try(pthread_rwlock_t *rwlock, uint8_t mode, struct site site)
{
	struct self *self = self_current;
	int result;

	if (unlikely(!self->slot)) {
		self = self_open();
		if (!self)
			return real_try(rwlock, mode);
	}
	result = real_try(rwlock, mode);
	if (result == 0)
		rwlock_acquired(self, rwlock, mode, LOCK_TRY, site);
	return result;
}

static int rwlock_lock_timed(pthread_rwlock_t *rwlock, uint8_t mode, const struct timed *timed, struct site site)
{
	struct self *self = self_current;
	struct request request = {0, rwlock, mode, LOCK_TIMED, site, libc_rwlock_writers_first(rwlock)};

	if (unlikely(!self->slot))
		self = self_open();
	if (self)
		request.lock = rwlock_id(self, rwlock, site);
	return request.lock ? rwlock_wait(self, rwlock, &request, timed) : real_lock(rwlock, mode, timed);
}

EXPORT int pthread_rwlock_rdlock(pthread_rwlock_t *rwlock)
{
	return rwlock_lock(rwlock, LOCK_SHARED, SITE);
}

EXPORT int pthread_rwlock_wrlock(pthread_rwlock_t *rwlock)
{
	return rwlock_lock(rwlock, LOCK_EXCLUSIVE, SITE);
}

EXPORT int pthread_rwlock_tryrdlock(pthread_rwlock_t *rwlock)
{
	return rwlock_try(rwlock, LOCK_SHARED, SITE);
}

EXPORT int pthread_rwlock_trywrlock(pthread_rwlock_t *rwlock)
{
	return rwlock_try(rwlock, LOCK_EXCLUSIVE, SITE);
}

EXPORT int pthread_rwlock_timedrdlock(pthread_rwlock_t *restrict rwlock, const struct timespec *restrict until)
{
	return rwlock_lock_timed(rwlock, LOCK_SHARED, &(struct timed){.until = until}, SITE);
}

EXPORT int pthread_rwlock_timedwrlock(pthread_rwlock_t *restrict rwlock, const struct timespec *restrict until)
{
	return rwlock_lock_timed(rwlock, LOCK_EXCLUSIVE, &(struct timed){.until = until}, SITE);
}

EXPORT int pthread_rwlock_clockrdlock(pthread_rwlock_t *restrict rwlock, clockid_t clock, const struct timespec *restrict until)
{
	return rwlock_lock_timed(rwlock, LOCK_SHARED, &(struct timed){.until = until, .clock = clock, .has_clock = true}, SITE);
}

EXPORT int pthread_rwlock_clockwrlock(pthread_rwlock_t *restrict rwlock, clockid_t clock, const struct timespec *restrict until)
{
	return rwlock_lock_timed(rwlock, LOCK_EXCLUSIVE, &(struct timed){.until = until, .clock = clock, .has_clock = true}, SITE);
}

/* ---- unlock ---- */

/* libc checks nothing here. A read unlock by a stranger cannot be told from one that we did not see the lock of, unless every reader is
 * known: then it is not this thread. */
static void rwlock_judge_unlock(struct self *self, pthread_rwlock_t *rwlock, const struct misuse *misuse)
{
	uint32_t readers = libc_rwlock_readers(rwlock);
	int writer = libc_rwlock_writer(rwlock);
	struct holder holder;

	if (libc_may_be(writer, self->info->tid) && !misuse_of_other(self, misuse->lock, writer))
		return;
	if (readers == 0 && writer == 0)
		misuse_unlock(self, misuse, RULE_UNLOCK_NOT_LOCKED);
	else if (writer != 0 || (holder_find(self, misuse->lock, &holder) && holder.count == readers))
		misuse_unlock(self, misuse, RULE_UNLOCK_NOT_OWNER);
}

static SLOW int rwlock_unlock_slow(pthread_rwlock_t *rwlock, struct site site)
{
	struct self *self;
	int result;

	real_ready();
	self = self_enter();
	if (!self)
		return real.pthread_rwlock_unlock(rwlock);
	if (!held_remove(self, rwlock)) {
		struct misuse misuse = {.lock = identity_rwlock_find(rwlock), .address = rwlock, .site = site};

		if (misuse.lock)
			rwlock_judge_unlock(self, rwlock, &misuse);
	}
	result = real.pthread_rwlock_unlock(rwlock);
	self_leave(self);
	return result;
}

/* Not the innermost one. */
static NOINLINE int rwlock_unlock_below(pthread_rwlock_t *rwlock, struct site site, struct slot *slot, struct held *last)
{
	return held_pop_below(slot, rwlock, last) ? real.pthread_rwlock_unlock(rwlock) : rwlock_unlock_slow(rwlock, site);
}

EXPORT int pthread_rwlock_unlock(pthread_rwlock_t *rwlock)
{
	struct slot *slot = self_current->slot;
	struct held *last;

	if (likely(held_pop(slot, rwlock, &last)))
		return real.pthread_rwlock_unlock(rwlock);
	return rwlock_unlock_below(rwlock, SITE, slot, last);
}

/* ---- init, destroy ---- */

EXPORT int pthread_rwlock_init(pthread_rwlock_t *restrict rwlock, const pthread_rwlockattr_t *restrict attributes)
{
	struct misuse before = {.address = rwlock, .site = SITE};
	struct self *self;
	int result;

	real_ready();
	/* Memory that was never a lock is not to be read: a memory checker would complain. */
	before.lock = index_id(rwlock) ? identity_rwlock_find(rwlock) : 0;
	result = real.pthread_rwlock_init(rwlock, attributes);
	self = result == 0 ? self_enter() : NULL;
	if (!self)
		return result;
	if (before.lock)
		misuse_reinit(self, &before);
	identity_rwlock_begin(self, rwlock, before.site);
	self_leave(self);
	return result;
}

EXPORT int pthread_rwlock_destroy(pthread_rwlock_t *rwlock)
{
	struct self *self;
	int result;

	real_ready();
	self = self_enter();
	if (!self)
		return real.pthread_rwlock_destroy(rwlock);
	if (libc_rwlock_readers(rwlock) != 0 || libc_rwlock_writer(rwlock) != 0) {
		struct misuse misuse = {.lock = identity_rwlock_find(rwlock), .address = rwlock, .site = SITE};

		if (misuse.lock)
			misuse_destroy(self, &misuse);
	}
	result = real.pthread_rwlock_destroy(rwlock);
	if (result == 0)
		identity_rwlock_end(self, rwlock, SITE);
	self_leave(self);
	return result;
}

OLD_NAME(__pthread_rwlock_rdlock, pthread_rwlock_rdlock);
OLD_NAME(__pthread_rwlock_wrlock, pthread_rwlock_wrlock);
OLD_NAME(__pthread_rwlock_tryrdlock, pthread_rwlock_tryrdlock);
OLD_NAME(__pthread_rwlock_trywrlock, pthread_rwlock_trywrlock);
OLD_NAME(__pthread_rwlock_unlock, pthread_rwlock_unlock);
OLD_NAME(__pthread_rwlock_init, pthread_rwlock_init);
OLD_NAME(__pthread_rwlock_destroy, pthread_rwlock_destroy);
