/* lock.c: see lock.h. */
#include "lock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void must_be(int result, int expected, const char *call, int line)
{
	if (result == expected)
		return;
	fprintf(stderr, "random: %s returned %d, not %d (line %d)\n", call, result, expected, line);
	_Exit(3);
}

/* ---- kinds ---- */

static int mutex_kind(struct lock *lock, struct seed *seed)
{
	static const int kinds[] = {PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_ADAPTIVE_NP};

	if (seed_chance(seed, 15))
		lock->flags |= MUTEX_ROBUST;
	if (seed_chance(seed, 15))
		lock->flags |= MUTEX_PI;
	if (seed_chance(seed, 15))
		lock->flags |= MUTEX_SHARED;
	return seed_chance(seed, 40) ? PTHREAD_MUTEX_NORMAL : kinds[seed_below(seed, 4)];
}

void lock_any_kind(struct lock *lock, struct seed *seed)
{
	static const int rwlock_kinds[] = {PTHREAD_RWLOCK_PREFER_READER_NP, PTHREAD_RWLOCK_PREFER_WRITER_NP,
					   PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP};
	static const int c11_kinds[] = {mtx_plain, mtx_timed, mtx_plain | mtx_recursive, mtx_timed | mtx_recursive};

	lock->flags = 0;
	if (lock->type == TYPE_MUTEX) {
		lock->kind = mutex_kind(lock, seed);
	} else if (lock->type == TYPE_RWLOCK) {
		lock->kind = rwlock_kinds[seed_below(seed, 3)];
		lock->flags = seed_chance(seed, 15) ? MUTEX_SHARED : 0;
	} else if (lock->type == TYPE_C11) {
		lock->kind = c11_kinds[seed_below(seed, 4)];
	}
}

bool lock_takes_again(const struct lock *lock, enum mode mode)
{
	switch (lock->type) {
	case TYPE_MUTEX:
		return lock->kind == PTHREAD_MUTEX_RECURSIVE;
	case TYPE_RWLOCK:
		return mode == MODE_READ && lock->kind != PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP;
	case TYPE_C11:
		return (lock->kind & mtx_recursive) != 0;
	default:
		return false;
	}
}

/* ---- init, destroy ---- */

static void init_mutex(struct lock *lock)
{
	pthread_mutexattr_t attributes;

	must(pthread_mutexattr_init(&attributes));
	must(pthread_mutexattr_settype(&attributes, lock->kind));
	if (lock->flags & MUTEX_ROBUST)
		must(pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST));
	if (lock->flags & MUTEX_PI)
		must(pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT));
	if (lock->flags & MUTEX_SHARED)
		must(pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED));
	must(pthread_mutex_init(lock->address, &attributes));
	must(pthread_mutexattr_destroy(&attributes));
}

static void init_rwlock(struct lock *lock)
{
	pthread_rwlockattr_t attributes;

	must(pthread_rwlockattr_init(&attributes));
	must(pthread_rwlockattr_setkind_np(&attributes, lock->kind));
	if (lock->flags & MUTEX_SHARED)
		must(pthread_rwlockattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED));
	must(pthread_rwlock_init(lock->address, &attributes));
	must(pthread_rwlockattr_destroy(&attributes));
}

void lock_init(struct lock *lock)
{
	atomic_store(&lock->inside, 0);
	if (lock->type == TYPE_MUTEX)
		init_mutex(lock);
	else if (lock->type == TYPE_RWLOCK)
		init_rwlock(lock);
	else if (lock->type == TYPE_SPIN)
		must(pthread_spin_init(lock->address, PTHREAD_PROCESS_PRIVATE));
	else
		must(mtx_init(lock->address, lock->kind));
}

static void static_mutex(struct lock *lock)
{
	static const pthread_mutex_t normal = PTHREAD_MUTEX_INITIALIZER, recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP,
				     errorcheck = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP, adaptive = PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP;
	const pthread_mutex_t *initialiser = lock->kind == PTHREAD_MUTEX_RECURSIVE    ? &recursive
					     : lock->kind == PTHREAD_MUTEX_ERRORCHECK ? &errorcheck
					     : lock->kind == PTHREAD_MUTEX_NORMAL     ? &normal
										      : &adaptive;

	memcpy(lock->address, initialiser, sizeof(*initialiser));
}

static void static_rwlock(struct lock *lock)
{
	static const pthread_rwlock_t readers = PTHREAD_RWLOCK_INITIALIZER, writers = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;

	memcpy(lock->address, lock->kind == PTHREAD_RWLOCK_PREFER_READER_NP ? &readers : &writers, sizeof(readers));
}

void lock_init_static(struct lock *lock)
{
	atomic_store(&lock->inside, 0);
	if (lock->type == TYPE_MUTEX && !lock->flags)
		static_mutex(lock);
	else if (lock->type == TYPE_RWLOCK && !lock->flags && lock->kind != PTHREAD_RWLOCK_PREFER_WRITER_NP)
		static_rwlock(lock);
	else
		lock_init(lock);
}

void lock_destroy(struct lock *lock)
{
	if (lock->type == TYPE_MUTEX)
		must(pthread_mutex_destroy(lock->address));
	else if (lock->type == TYPE_RWLOCK)
		must(pthread_rwlock_destroy(lock->address));
	else if (lock->type == TYPE_SPIN)
		must(pthread_spin_destroy(lock->address));
	else
		mtx_destroy(lock->address);
}

/* ---- take, give ---- */

static struct timespec moment(clockid_t clock, enum how how)
{
	struct timespec moment;

	clock_gettime(clock, &moment);
	if (how != HOW_BRIEF) {
		moment.tv_sec += 600;
		return moment;
	}
	moment.tv_nsec += 50000;
	if (moment.tv_nsec >= 1000000000) {
		moment.tv_nsec -= 1000000000;
		moment.tv_sec++;
	}
	return moment;
}

static int take_mutex(pthread_mutex_t *mutex, enum how how)
{
	clockid_t clock = how == HOW_CLOCKED ? CLOCK_MONOTONIC : CLOCK_REALTIME;
	struct timespec until;

	if (how == HOW_BLOCKING)
		return pthread_mutex_lock(mutex);
	if (how == HOW_TRY)
		return pthread_mutex_trylock(mutex);
	until = moment(clock, how);
	return how == HOW_CLOCKED ? pthread_mutex_clocklock(mutex, clock, &until) : pthread_mutex_timedlock(mutex, &until);
}

static int take_to_read(pthread_rwlock_t *rwlock, enum how how)
{
	clockid_t clock = how == HOW_CLOCKED ? CLOCK_MONOTONIC : CLOCK_REALTIME;
	struct timespec until;

	if (how == HOW_BLOCKING)
		return pthread_rwlock_rdlock(rwlock);
	if (how == HOW_TRY)
		return pthread_rwlock_tryrdlock(rwlock);
	until = moment(clock, how);
	return how == HOW_CLOCKED ? pthread_rwlock_clockrdlock(rwlock, clock, &until) : pthread_rwlock_timedrdlock(rwlock, &until);
}

static int take_to_write(pthread_rwlock_t *rwlock, enum how how)
{
	clockid_t clock = how == HOW_CLOCKED ? CLOCK_MONOTONIC : CLOCK_REALTIME;
	struct timespec until;

	if (how == HOW_BLOCKING)
		return pthread_rwlock_wrlock(rwlock);
	if (how == HOW_TRY)
		return pthread_rwlock_trywrlock(rwlock);
	until = moment(clock, how);
	return how == HOW_CLOCKED ? pthread_rwlock_clockwrlock(rwlock, clock, &until) : pthread_rwlock_timedwrlock(rwlock, &until);
}

/* Its results in the words of errno. */
static int c11_result(int result)
{
	return result == thrd_success ? 0 : result == thrd_busy ? EBUSY : result == thrd_timedout ? ETIMEDOUT : EINVAL;
}

static int take_c11(mtx_t *mutex, enum how how)
{
	struct timespec until;

	if (how == HOW_BLOCKING)
		return c11_result(mtx_lock(mutex));
	if (how == HOW_TRY)
		return c11_result(mtx_trylock(mutex));
	until = moment(CLOCK_REALTIME, how);
	return c11_result(mtx_timedlock(mutex, &until));
}

static int take(struct lock *lock, enum mode mode, enum how how)
{
	if (lock->type == TYPE_MUTEX)
		return take_mutex(lock->address, how);
	if (lock->type == TYPE_RWLOCK)
		return mode == MODE_READ ? take_to_read(lock->address, how) : take_to_write(lock->address, how);
	if (lock->type == TYPE_C11)
		return take_c11(lock->address, how);
	return how == HOW_TRY ? pthread_spin_trylock(lock->address) : pthread_spin_lock(lock->address);
}

static void enter(struct lock *lock, enum mode mode)
{
	int before = mode == MODE_READ ? atomic_fetch_add(&lock->inside, 1) : -atomic_fetch_sub(&lock->inside, 1);

	must_be(before >= 0, true, "nobody inside who keeps this one out", __LINE__);
	if (mode == MODE_WRITE)
		must_be(before == 0 || lock_takes_again(lock, mode), true, "no other writer inside", __LINE__);
}

int lock_take(struct lock *lock, enum mode mode, enum how how)
{
	int result = take(lock, mode, how);

	/* libc's answer to the owner of a robust or PI errorcheck mutex, also when it only tries. */
	if (result == EDEADLK && lock->kind == PTHREAD_MUTEX_ERRORCHECK && (lock->flags & (MUTEX_ROBUST | MUTEX_PI)))
		result = EBUSY;
	if (result == EBUSY && how == HOW_TRY)
		return result;
	if (result == ETIMEDOUT && how == HOW_BRIEF)
		return result;
	must_be(result, 0, "taking a lock", (int)lock->type * 10 + (int)how);
	enter(lock, mode);
	return 0;
}

void lock_give(struct lock *lock, enum mode mode)
{
	int before = mode == MODE_READ ? atomic_fetch_sub(&lock->inside, 1) : -atomic_fetch_add(&lock->inside, 1);

	must_be(before >= 1, true, "inside what is given", __LINE__);
	if (lock->type == TYPE_MUTEX)
		must(pthread_mutex_unlock(lock->address));
	else if (lock->type == TYPE_RWLOCK)
		must(pthread_rwlock_unlock(lock->address));
	else if (lock->type == TYPE_SPIN)
		must(pthread_spin_unlock(lock->address));
	else
		must(mtx_unlock(lock->address));
}

/* ---- forms ---- */

enum how lock_some_how(const struct lock *lock, struct seed *seed)
{
	bool timed = lock->type == TYPE_MUTEX || lock->type == TYPE_RWLOCK || (lock->type == TYPE_C11 && (lock->kind & mtx_timed));
	/* libc waits for a PI mutex by the system's clock only. */
	bool clocked = timed && lock->type != TYPE_C11 && !(lock->flags & MUTEX_PI);

	if (clocked && seed_chance(seed, 12))
		return HOW_CLOCKED;
	return timed && seed_chance(seed, 12) ? HOW_TIMED : HOW_BLOCKING;
}

enum mode lock_some_mode(const struct lock *lock, struct seed *seed)
{
	return lock->type == TYPE_RWLOCK && seed_chance(seed, 60) ? MODE_READ : MODE_WRITE;
}
