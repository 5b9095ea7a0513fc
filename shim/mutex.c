/* mutex.c: pthread_mutex_*. */
#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "deadlock.h"
#include "events.h"
#include "fork.h"
#include "held.h"
#include "holders.h"
#include "identity.h"
#include "index.h"
#include "misuse.h"
#include "mutex.h"
#include "real.h"
#include "rings.h"
#include "state.h"
#include "trace.h"

INLINE uint64_t mutex_id(struct self *self, pthread_mutex_t *mutex, struct site site)
{
	uint64_t id = identity_of_mutex(mutex);

	return likely(id) ? id : identity_mutex_make(self, mutex, site);
}

/* ---- lock ---- */

/* libc's own lock. `timed` NULL: without limit. */
static int real_lock(pthread_mutex_t *mutex, const struct timed *timed)
{
	if (!timed)
		return real.pthread_mutex_lock(mutex);
	if (timed->has_clock)
		return real.pthread_mutex_clocklock(mutex, timed->clock, timed->until);
	return real.pthread_mutex_timedlock(mutex, timed->until);
}

/* A thread that asks for a mutex it holds: which of the three ends it comes to is libc's business, and told apart by its kind. */
static void mutex_relock(struct self *self, pthread_mutex_t *mutex, const struct request *request)
{
	struct held *held;

	holder_take_posted(self);
	held = held_find(self, mutex);
	if (!held || held->lock != request->lock || (held->flags & HELD_UNKNOWN) || !libc_may_be(libc_mutex_owner(mutex), self->info->tid))
		return;
	switch (identity_mutex_sort(mutex).kind) {
	case KIND_MUTEX:
	case KIND_ADAPTIVE:
		if (!(identity_mutex_sort(mutex).flags & LOCK_PI) && request->how == LOCK_BLOCKING)
			deadlock_self(self, request, held);
		break;
	default:
		break;
	}
}

/* The state that a robust mutex protects is not whole: until it is made so, unlocking it is a misuse. */
static SLOW void mark_owner_died(struct self *self, pthread_mutex_t *mutex)
{
	struct held *held = held_find(self, mutex);

	if (held && !(held->flags & HELD_OWNER_DIED)) {
		held->flags |= HELD_OWNER_DIED;
		held->address |= HELD_SLOW;
	}
}

/* Is the thread, which is about to wait, in a ring of waits? A mutex that nobody owns yet is just being taken, by a thread that runs. */
static bool mutex_near(struct self *self, pthread_mutex_t *mutex)
{
	int owner;

	if (!ring_is_awaited(self))
		return false;
	owner = libc_mutex_owner(mutex);
	return owner != 0 && deadlock_near(self, owner);
}

/* libc's own lock, in slices. A PI mutex knows no other clock than that of the day. */
static int mutex_lock_watched(struct self *self, pthread_mutex_t *mutex, const struct timed *timed, struct slice *slice)
{
	bool monotonic = real.pthread_mutex_clocklock && !(identity_mutex_sort(mutex).flags & LOCK_PI);
	int result;

	do
		result = real_lock(mutex, slice_next(slice, timed, monotonic));
	while (slice_again(self, slice, result));
	return result == ETIMEDOUT && !slice->last ? real_lock(mutex, timed) : result;
}

/* A call that is going to wait: recorded and published before, taken off after. */
static int mutex_wait(struct self *self, pthread_mutex_t *mutex, const struct request *request, const struct timed *timed)
{
	struct slice slice = {.asked = deadlock_may_be_asked(identity_mutex_sort(mutex).flags)};
	int result;

	if (!self_enter())
		return real_lock(mutex, timed);
	mutex_relock(self, mutex, request);
	if (process->forked_locked)
		fork_locked(self, request);
	held_wait_begin(self, request, timed);
	slice.near = mutex_near(self, mutex);
	self_leave(self);
	result = slice.near || slice.asked ? mutex_lock_watched(self, mutex, timed, &slice) : real_lock(mutex, timed);
	if (acquired(result))
		held_push_waited(self, request->lock, mutex, held_what(0, LOCK_EXCLUSIVE, request->how), request->site);
	held_wait_end(self);
	if (unlikely(result == EDEADLK))
		misuse_relock_refused(self, request);
	if (unlikely(result == EOWNERDEAD))
		mark_owner_died(self, mutex);
	return result;
}

/* One that is seen for the first time. */
static SLOW void mutex_met(struct self *self, pthread_mutex_t *mutex, uint8_t how, struct site site)
{
	uint64_t id = identity_mutex_make(self, mutex, site);

	if (id)
		held_push(self, id, mutex, held_what(0, LOCK_EXCLUSIVE, how), site);
}

INLINE void mutex_acquired(struct self *self, pthread_mutex_t *mutex, uint8_t how, struct site site)
{
	uint64_t id;

	if (unlikely(!identity_mutex_stamped(mutex, &id))) {
		mutex_met(self, mutex, how, site);
		return;
	}
	held_push(self, id, mutex, held_what(0, LOCK_EXCLUSIVE, how), site);
}

/* libc said EINVAL: of a destroyed mutex it says that to everything. */
static SLOW void mutex_refused(struct self *self, pthread_mutex_t *mutex, struct site site)
{
	if (identity_mutex_destroyed(mutex))
		misuse_use_destroyed(self, &(struct misuse){.address = mutex, .site = site});
}

/* glibc's try leaves a mutex that cannot be recovered locked by who tried, and the next lock would wait for ever. Its lock lets go, as here; its
 * own field for the owner tells those who come next that there is nothing to have. */
static SLOW void mutex_let_go(const struct self *self, pthread_mutex_t *mutex)
{
	int flags = libc_mutex_sort(mutex).flags & LOCK_PROCESS_SHARED ? 0 : FUTEX_PRIVATE_FLAG, saved = errno;
	volatile int *word = libc_mutex_word(mutex);

	if ((__atomic_load_n(word, __ATOMIC_RELAXED) & FUTEX_TID_MASK) != (int)self->info->tid)
		return;
	__atomic_store_n(word, 0, __ATOMIC_RELEASE);
	real.syscall(SYS_futex, word, FUTEX_WAKE | flags, 1, NULL, NULL, 0);
	errno = saved;
}

#define SPINS 100 /* pauses; what musl and glibc's adaptive kind take too */

INLINE void pause_a_little(void)
{
#if defined(__x86_64__)
	__asm__ volatile("pause" ::: "memory");
#elif defined(__aarch64__)
	__asm__ volatile("isb" ::: "memory");
#else
	__asm__ volatile("" ::: "memory");
#endif
}

/* The mutex is taken. Its holder may let go of it before a wait were recorded and published, let alone slept and woken from: so the thread looks for a
 * few microseconds whether he does, as musl's lock does. True: it has the mutex. */
static bool comes_free(const struct self *self, pthread_mutex_t *mutex)
{
	if (real.never_tries || identity_mutex_sort(mutex).flags || libc_mutex_owner(mutex) == (int)self->info->tid)
		return false;
	for (uint32_t i = 0; i < SPINS; i++) {
		pause_a_little();
		if (libc_mutex_free(mutex) && real.first_mutex(mutex) == 0)
			return true;
	}
	return false;
}

/* The try did not simply succeed. */
static SLOW int mutex_lock_rest(struct self *self, pthread_mutex_t *mutex, int result, struct site site)
{
	struct request request = {0, mutex, LOCK_EXCLUSIVE, LOCK_BLOCKING, site, false};

	if (result == EBUSY && comes_free(self, mutex))
		result = 0;
	if (acquired(result))
		mutex_acquired(self, mutex, LOCK_BLOCKING, site);
	if (result == EOWNERDEAD)
		mark_owner_died(self, mutex);
	if (result == EINVAL)
		mutex_refused(self, mutex, site);
	if (result == ENOTRECOVERABLE)
		mutex_let_go(self, mutex);
	if (result != EBUSY && result != EDEADLK)
		return result;
	request.lock = mutex_id(self, mutex, site);
	/* What libc tells the owner of a robust or PI errorcheck mutex, already when it only tries. */
	if (result == EDEADLK) {
		if (request.lock)
			misuse_relock_refused(self, &request);
		return result;
	}
	return request.lock ? mutex_wait(self, mutex, &request, NULL) : real.pthread_mutex_lock(mutex);
}

/* The fast path was shut. */
static SLOW int mutex_lock_first(pthread_mutex_t *mutex, struct site site)
{
	struct self *self = self_open();

	if (!self)
		return real.pthread_mutex_lock(mutex);
	return mutex_lock_rest(self, mutex, real.first_mutex(mutex), site);
}

int mutex_lock(pthread_mutex_t *mutex, struct site site)
{
	struct self *self = self_current;
	int result;

	if (unlikely(!self->slot))
		return mutex_lock_first(mutex, site);
	result = real.first_mutex(mutex);
	if (unlikely(result != 0))
		return mutex_lock_rest(self, mutex, result, site);
	mutex_acquired(self, mutex, LOCK_BLOCKING, site);
	return 0;
}

/* The same, but that the site is read off after the call of libc, so that it has not to be kept across. */
EXPORT int pthread_mutex_lock(pthread_mutex_t *mutex)
{
	struct self *self = self_current;
	int result;

	if (unlikely(!self->slot))
		return mutex_lock_first(mutex, SITE);
	result = real.first_mutex(mutex);
	if (unlikely(result != 0))
		return mutex_lock_rest(self, mutex, result, SITE);
	mutex_acquired(self, mutex, LOCK_BLOCKING, SITE);
	return 0;
}

/* A try that did not simply succeed. */
static SLOW int mutex_tried(struct self *self, pthread_mutex_t *mutex, int result, struct site site)
{
	if (result == EOWNERDEAD) {
		mutex_acquired(self, mutex, LOCK_TRY, site);
		mark_owner_died(self, mutex);
	}
	if (result == EINVAL)
		mutex_refused(self, mutex, site);
	return result;
}

int mutex_trylock(pthread_mutex_t *mutex, struct site site)
{
	struct self *self = self_current;
	int result;

	if (unlikely(!self->slot)) {
		self = self_open();
		if (!self)
			return real.pthread_mutex_trylock(mutex);
	}
	result = real.pthread_mutex_trylock(mutex);
	if (result == 0)
		mutex_acquired(self, mutex, LOCK_TRY, site);
	return mutex_tried(self, mutex, result, site);
}

EXPORT int pthread_mutex_trylock(pthread_mutex_t *mutex)
{
	struct self *self = self_current;
	int result;

	if (unlikely(!self->slot))
		return mutex_trylock(mutex, SITE);
	result = real.pthread_mutex_trylock(mutex);
	if (likely(result == 0))
		mutex_acquired(self, mutex, LOCK_TRY, SITE);
	return likely(result == 0) ? 0 : mutex_tried(self, mutex, result, SITE);
}

/* Timed forms try nothing beforehand: a bad clock or time must stay EINVAL. */
int mutex_lock_timed(pthread_mutex_t *mutex, const struct timed *timed, struct site site)
{
	struct self *self = self_current;
	struct request request = {0, mutex, LOCK_EXCLUSIVE, LOCK_TIMED, site, false};

	if (unlikely(!self->slot))
		self = self_open();
	if (self && identity_mutex_destroyed(mutex))
		mutex_refused(self, mutex, site);
	else if (self)
		request.lock = mutex_id(self, mutex, site);
	return request.lock ? mutex_wait(self, mutex, &request, timed) : real_lock(mutex, timed);
}

EXPORT int pthread_mutex_timedlock(pthread_mutex_t *restrict mutex, const struct timespec *restrict until)
{
	return mutex_lock_timed(mutex, &(struct timed){.until = until}, SITE);
}

EXPORT int pthread_mutex_clocklock(pthread_mutex_t *restrict mutex, clockid_t clock, const struct timespec *restrict until)
{
	return mutex_lock_timed(mutex, &(struct timed){.until = until, .clock = clock, .has_clock = true}, SITE);
}

/* ---- unlock ---- */

/* Kinds whose unlock libc checks itself: it answers EPERM. */
static bool libc_checks(struct sort sort)
{
	return sort.kind == KIND_RECURSIVE || sort.kind == KIND_ERRORCHECK || (sort.flags & (LOCK_ROBUST | LOCK_PI));
}

/* Not on top of the held stack: deeper in it, or misused, or taken where we did not see it. Says what there is to say before the unlock. */
static int mutex_unlock_entered(struct self *self, pthread_mutex_t *mutex, struct site site)
{
	struct sort sort = identity_mutex_sort(mutex);
	struct misuse misuse = {.lock = identity_mutex_find(mutex), .address = mutex, .site = site};
	const struct held *held = held_find(self, mutex);

	if (held && (held->flags & HELD_OWNER_DIED))
		misuse_owner_died(self, &misuse);
	if (identity_mutex_destroyed(mutex))
		misuse_use_destroyed(self, &misuse);
	if (held_remove(self, mutex) || !misuse.lock || sort.kind == KIND_UNKNOWN)
		return real.pthread_mutex_unlock(mutex);
	if (libc_checks(sort)) {
		int result = real.pthread_mutex_unlock(mutex);

		if (result == EPERM)
			misuse_unlock(self, &misuse, RULE_UNLOCK_REFUSED);
		return result;
	}
	if (mutex_surely_free(mutex))
		misuse_unlock(self, &misuse, RULE_UNLOCK_NOT_LOCKED);
	else if (!libc_may_be(libc_mutex_owner(mutex), self->info->tid) || misuse_of_other(self, misuse.lock, libc_mutex_owner(mutex)))
		misuse_unlock(self, &misuse, RULE_UNLOCK_NOT_OWNER);
	return real.pthread_mutex_unlock(mutex);
}

static SLOW int mutex_unlock_slow(pthread_mutex_t *mutex, struct site site)
{
	struct self *self;
	int result;

	real_ready();
	self = self_enter();
	if (!self)
		return real.pthread_mutex_unlock(mutex);
	result = mutex_unlock_entered(self, mutex, site);
	self_leave(self);
	return result;
}

/* Not the innermost one. */
static NOINLINE int mutex_unlock_below(pthread_mutex_t *mutex, struct site site, struct slot *slot, struct held *last)
{
	return held_pop_below(slot, mutex, last) ? real.pthread_mutex_unlock(mutex) : mutex_unlock_slow(mutex, site);
}

int mutex_unlock(pthread_mutex_t *mutex, struct site site)
{
	struct slot *slot = self_current->slot;
	struct held *last;

	if (likely(held_pop(slot, mutex, &last)))
		return real.pthread_mutex_unlock(mutex);
	return mutex_unlock_below(mutex, site, slot, last);
}

EXPORT int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	struct slot *slot = self_current->slot;
	struct held *last;

	if (likely(held_pop(slot, mutex, &last)))
		return real.pthread_mutex_unlock(mutex);
	return mutex_unlock_below(mutex, SITE, slot, last);
}

/* ---- robust ---- */

EXPORT int pthread_mutex_consistent(pthread_mutex_t *mutex)
{
	struct self *self = self_current;
	struct held *held;
	int result;

	real_ready();
	result = real.pthread_mutex_consistent(mutex);
	held = result == 0 && self->slot ? held_find(self, mutex) : NULL;
	if (held) {
		if (!trace_on(self))
			held->address &= ~HELD_SLOW;
		held->flags &= (uint8_t)~HELD_OWNER_DIED;
	}
	return result;
}

bool mutex_surely_free(const pthread_mutex_t *mutex)
{
	return identity_mutex_sort(mutex).kind != KIND_UNKNOWN && libc_mutex_free(mutex);
}

/* ---- init, destroy ---- */

uint64_t mutex_before_init(const pthread_mutex_t *mutex)
{
	/* Memory that was never a lock is not to be read: a memory checker would complain. */
	return index_id(mutex) ? identity_mutex_find(mutex) : 0;
}

void mutex_initialised(pthread_mutex_t *mutex, uint64_t before, struct site site)
{
	struct self *self = self_enter();

	if (!self)
		return;
	if (before)
		misuse_reinit(self, &(struct misuse){.lock = before, .address = mutex, .site = site});
	identity_mutex_begin(self, mutex, site);
	self_leave(self);
}

EXPORT int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes)
{
	uint64_t before;
	int result;

	real_ready();
	before = mutex_before_init(mutex);
	result = real.pthread_mutex_init(mutex, attributes);
	if (result == 0)
		mutex_initialised(mutex, before, SITE);
	return result;
}

int mutex_destroy(pthread_mutex_t *mutex, struct site site)
{
	struct self *self;
	int result;

	real_ready();
	self = self_enter();
	if (!self)
		return real.pthread_mutex_destroy(mutex);
	if (libc_mutex_locked(mutex) && identity_mutex_sort(mutex).kind != KIND_UNKNOWN) {
		struct misuse misuse = {.lock = identity_mutex_find(mutex), .address = mutex, .site = site};

		if (misuse.lock)
			misuse_destroy(self, &misuse);
	}
	result = real.pthread_mutex_destroy(mutex);
	if (result == 0)
		identity_mutex_end(self, mutex, site);
	self_leave(self);
	return result;
}

EXPORT int pthread_mutex_destroy(pthread_mutex_t *mutex)
{
	return mutex_destroy(mutex, SITE);
}

OLD_NAME(__pthread_mutex_lock, pthread_mutex_lock);
OLD_NAME(__pthread_mutex_trylock, pthread_mutex_trylock);
OLD_NAME(__pthread_mutex_unlock, pthread_mutex_unlock);
OLD_NAME(__pthread_mutex_init, pthread_mutex_init);
OLD_NAME(__pthread_mutex_destroy, pthread_mutex_destroy);
