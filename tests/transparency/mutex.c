/* mutex.c: pthread_mutex_*: what each kind of mutex answers, call by call. */
#include <sched.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

/* The mutex that a check is about; a check that runs in a second thread or process finds it here. */
static pthread_mutex_t *m;

enum { ROBUST = 1, SHARED = 2, PI = 4, CEILING = 8 };

static void set(pthread_mutexattr_t *attributes, int type, int how)
{
	MUST(pthread_mutexattr_init(attributes));
	MUST(pthread_mutexattr_settype(attributes, type));
	if (how & ROBUST)
		MUST(pthread_mutexattr_setrobust(attributes, PTHREAD_MUTEX_ROBUST));
	if (how & SHARED)
		MUST(pthread_mutexattr_setpshared(attributes, PTHREAD_PROCESS_SHARED));
	if (how & PI)
		MUST(pthread_mutexattr_setprotocol(attributes, PTHREAD_PRIO_INHERIT));
	if (how & CEILING) {
		MUST(pthread_mutexattr_setprotocol(attributes, PTHREAD_PRIO_PROTECT));
		MUST(pthread_mutexattr_setprioceiling(attributes, 1));
	}
}

/* A new mutex of a kind, in memory of its own: nothing is left of the one before. */
static void make(int type, int how)
{
	pthread_mutexattr_t attributes;

	set(&attributes, type, how);
	m = shared_memory(sizeof(*m));
	MUST(pthread_mutex_init(m, &attributes));
	MUST(pthread_mutexattr_destroy(&attributes));
}

/* What can be seen of it: lock word (bits of a robust or PI one hold a number that differs), depth, owner, users. */
static void state(void)
{
	const char *owner = m->__data.__owner == 0 ? "-" : m->__data.__owner == gettid() ? "me" : "other";

	bool counts = (m->__data.__kind & 3) == PTHREAD_MUTEX_RECURSIVE;

	say("[%d %u %s %d]", m->__data.__lock == 0 ? 0 : 1, counts ? m->__data.__count : 0, owner, (int)m->__data.__nusers);
}

static void unlock_all(int count)
{
	while (count-- > 0)
		DO(pthread_mutex_unlock(m));
}

#define OF(kind, sequence, type, how, expected)                                                                                            \
	CHECK(kind##_mutex_##sequence, expected)                                                                                           \
	{                                                                                                                                  \
		make(type, how);                                                                                                           \
		sequence();                                                                                                                \
	}

#define NORMAL	   PTHREAD_MUTEX_NORMAL
#define RECURSIVE  PTHREAD_MUTEX_RECURSIVE
#define ERRORCHECK PTHREAD_MUTEX_ERRORCHECK
#define ADAPTIVE   PTHREAD_MUTEX_ADAPTIVE_NP

/* ---- taken and released ---- */

static void taken_and_released(void)
{
	state();
	DO(pthread_mutex_lock(m));
	state();
	DO(pthread_mutex_unlock(m));
	DO(pthread_mutex_trylock(m));
	state();
	DO(pthread_mutex_unlock(m));
	DO(pthread_mutex_timedlock(m, never(CLOCK_REALTIME)));
	state();
	DO(pthread_mutex_unlock(m));
	DO(pthread_mutex_clocklock(m, CLOCK_MONOTONIC, never(CLOCK_MONOTONIC)));
	DO(pthread_mutex_unlock(m));
	state();
	DO(pthread_mutex_destroy(m));
}

#define TAKEN(inner) "[0 0 - 0] 0 " inner " 0 0 " inner " 0 0 " inner " 0 0 0 [0 0 - 0] 0"

OF(normal, taken_and_released, NORMAL, 0, TAKEN("[1 0 me 1]"))
OF(recursive, taken_and_released, RECURSIVE, 0, TAKEN("[1 1 me 1]"))
OF(errorcheck, taken_and_released, ERRORCHECK, 0, TAKEN("[1 0 me 1]"))
OF(adaptive, taken_and_released, ADAPTIVE, 0, TAKEN("[1 0 me 1]"))
OF(robust, taken_and_released, NORMAL, ROBUST, TAKEN("[1 0 me 1]"))
OF(robust_recursive, taken_and_released, RECURSIVE, ROBUST, TAKEN("[1 1 me 1]"))
OF(shared, taken_and_released, NORMAL, SHARED, TAKEN("[1 0 me 1]"))
OF(robust_shared, taken_and_released, NORMAL, ROBUST | SHARED, TAKEN("[1 0 me 1]"))
OF(pi_recursive, taken_and_released, RECURSIVE, PI, "[0 0 - 0] 0 [1 1 me 1] 0 0 [1 1 me 1] 0 0 [1 1 me 1] 0 0 0 [0 0 - 0] 0")
OF(pi, taken_and_released, NORMAL, PI, "[0 0 - 0] 0 [1 0 me 1] 0 0 [1 0 me 1] 0 0 [1 0 me 1] 0 0 0 [0 0 - 0] 0")

/* Only a real-time thread can be raised to a ceiling. The thread keeps what libc notes about that: it is one of its own. */
static void ceiling_in_real_time(void)
{
	if (pthread_setschedparam(pthread_self(), SCHED_FIFO, &(struct sched_param){1}) != 0)
		say("skipped: no permission for real-time threads");
	else
		taken_and_released();
}

CHECK(ceiling_mutex_taken_and_released, "[1 0 - 0] 0 [1 0 me 1] 0 0 [1 0 me 1] 0 0 [1 0 me 1] 0 0 0 [1 0 - 0] 0")
{
	make(NORMAL, CEILING);
	in_thread(ceiling_in_real_time);
}

static void ceiling_without_real_time(void)
{
	DO(pthread_mutex_lock(m));
	DO(pthread_mutex_trylock(m));
	DO(pthread_mutex_timedlock(m, &past));
}

CHECK(ceiling_mutex_taken_by_an_ordinary_thread, "EINVAL!errno=EINVAL 0 ETIMEDOUT")
{
	make(NORMAL, CEILING);
	in_thread(ceiling_without_real_time);
}

/* ---- asked for again by its owner ---- */

static void asked_for_again(void)
{
	int held = 1;

	DO(pthread_mutex_lock(m));
	held += DO(pthread_mutex_trylock(m)) == 0;
	held += DO(pthread_mutex_timedlock(m, &past)) == 0;
	held += DO(pthread_mutex_timedlock(m, soon(CLOCK_REALTIME))) == 0;
	held += DO(pthread_mutex_clocklock(m, CLOCK_MONOTONIC, &past)) == 0;
	held += DO(pthread_mutex_timedlock(m, &bad_nsec)) == 0;
	state();
	unlock_all(held);
	state();
}

OF(normal, asked_for_again, NORMAL, 0, "0 EBUSY ETIMEDOUT ETIMEDOUT ETIMEDOUT EINVAL [1 0 me 1] 0 [0 0 - 0]")
OF(recursive, asked_for_again, RECURSIVE, 0, "0 0 0 0 0 0 [1 6 me 1] 0 0 0 0 0 0 [0 0 - 0]")
OF(errorcheck, asked_for_again, ERRORCHECK, 0, "0 EBUSY EDEADLK EDEADLK EDEADLK EDEADLK [1 0 me 1] 0 [0 0 - 0]")
OF(adaptive, asked_for_again, ADAPTIVE, 0, "0 EBUSY ETIMEDOUT ETIMEDOUT ETIMEDOUT EINVAL [1 0 me 1] 0 [0 0 - 0]")
OF(robust, asked_for_again, NORMAL, ROBUST, "0 EBUSY ETIMEDOUT ETIMEDOUT ETIMEDOUT EINVAL [1 0 me 1] 0 [0 0 - 0]")
OF(robust_recursive, asked_for_again, RECURSIVE, ROBUST, "0 0 0 0 0 0 [1 6 me 1] 0 0 0 0 0 0 [0 0 - 0]")
OF(robust_errorcheck, asked_for_again, ERRORCHECK, ROBUST, "0 EDEADLK EDEADLK EDEADLK EDEADLK EDEADLK [1 0 me 1] 0 [0 0 - 0]")
OF(shared, asked_for_again, NORMAL, SHARED, "0 EBUSY ETIMEDOUT ETIMEDOUT ETIMEDOUT EINVAL [1 0 me 1] 0 [0 0 - 0]")
OF(pi, asked_for_again, NORMAL, PI, "0 EBUSY ETIMEDOUT ETIMEDOUT ETIMEDOUT EINVAL [1 0 me 1] 0 [0 0 - 0]")
OF(pi_recursive, asked_for_again, RECURSIVE, PI, "0 0 0 0 0 0 [1 6 me 1] 0 0 0 0 0 0 [0 0 - 0]")
OF(pi_errorcheck, asked_for_again, ERRORCHECK, PI, "0 EDEADLK EDEADLK EDEADLK EDEADLK EDEADLK [1 0 me 1] 0 [0 0 - 0]")

/* Without a limit, where that does not block for ever. */
static void locked_twice(void)
{
	int held = 1;

	DO(pthread_mutex_lock(m));
	held += DO(pthread_mutex_lock(m)) == 0;
	held += DO(pthread_mutex_lock(m)) == 0;
	state();
	unlock_all(held);
	state();
}

OF(recursive, locked_twice, RECURSIVE, 0, "0 0 0 [1 3 me 1] 0 0 0 [0 0 - 0]")
OF(errorcheck, locked_twice, ERRORCHECK, 0, "0 EDEADLK EDEADLK [1 0 me 1] 0 [0 0 - 0]")
OF(robust_recursive, locked_twice, RECURSIVE, ROBUST, "0 0 0 [1 3 me 1] 0 0 0 [0 0 - 0]")
OF(robust_errorcheck, locked_twice, ERRORCHECK, ROBUST, "0 EDEADLK EDEADLK [1 0 me 1] 0 [0 0 - 0]")
OF(pi_recursive, locked_twice, RECURSIVE, PI, "0 0 0 [1 3 me 1] 0 0 0 [0 0 - 0]")
OF(pi_errorcheck, locked_twice, ERRORCHECK, PI, "0 EDEADLK EDEADLK [1 0 me 1] 0 [0 0 - 0]")
OF(pi_robust_errorcheck, locked_twice, ERRORCHECK, PI | ROBUST, "0 EDEADLK EDEADLK [1 0 me 1] 0 [0 0 - 0]")
OF(shared_errorcheck, locked_twice, ERRORCHECK, SHARED, "0 EDEADLK EDEADLK [1 0 me 1] 0 [0 0 - 0]")

/* The deepest that a recursive mutex can be: as far in as 2^32 - 1 locks would have brought it. */
static void at_its_deepest(void)
{
	DO(pthread_mutex_lock(m));
	m->__data.__count = UINT32_MAX;
	DO(pthread_mutex_lock(m));
	DO(pthread_mutex_trylock(m));
	DO(pthread_mutex_timedlock(m, &past));
	DO(pthread_mutex_clocklock(m, CLOCK_MONOTONIC, &past));
	m->__data.__count = 1;
	DO(pthread_mutex_unlock(m));
	state();
}

OF(recursive, at_its_deepest, RECURSIVE, 0, "0 EAGAIN EAGAIN EAGAIN EAGAIN 0 [0 0 - 0]")
OF(robust_recursive, at_its_deepest, RECURSIVE, ROBUST, "0 EAGAIN EAGAIN EAGAIN EAGAIN 0 [0 0 - 0]")
OF(pi_recursive, at_its_deepest, RECURSIVE, PI, "0 EAGAIN EAGAIN EAGAIN EAGAIN 0 [0 0 - 0]")

/* ---- asked for by another thread ---- */

static void another_asks(void)
{
	DO(pthread_mutex_trylock(m));
	DO(pthread_mutex_timedlock(m, &past));
	DO(pthread_mutex_timedlock(m, soon(CLOCK_REALTIME)));
	DO(pthread_mutex_clocklock(m, CLOCK_REALTIME, &past));
	DO(pthread_mutex_clocklock(m, CLOCK_MONOTONIC, soon(CLOCK_MONOTONIC)));
	DO(pthread_mutex_timedlock(m, &bad_nsec));
	DO(pthread_mutex_timedlock(m, &negative_nsec));
	DO(pthread_mutex_clocklock(m, CLOCK_MONOTONIC, &bad_nsec));
	DO(pthread_mutex_clocklock(m, CLOCK_PROCESS_CPUTIME_ID, &past));
	DO(pthread_mutex_clocklock(m, 12345, &bad_nsec));
	state();
}

static void asked_for_by_another(void)
{
	DO(pthread_mutex_lock(m));
	in_thread(another_asks);
	state();
	DO(pthread_mutex_unlock(m));
	state();
}

OF(normal, asked_for_by_another, NORMAL, 0,
   "0 EBUSY ETIMEDOUT ETIMEDOUT ETIMEDOUT ETIMEDOUT EINVAL EINVAL EINVAL EINVAL EINVAL [1 0 other 1] [1 0 me 1] 0 [0 0 - 0]")
OF(recursive, asked_for_by_another, RECURSIVE, 0,
   "0 EBUSY ETIMEDOUT ETIMEDOUT ETIMEDOUT ETIMEDOUT EINVAL EINVAL EINVAL EINVAL EINVAL [1 1 other 1] [1 1 me 1] 0 [0 0 - 0]")
OF(errorcheck, asked_for_by_another, ERRORCHECK, 0,
   "0 EBUSY ETIMEDOUT ETIMEDOUT ETIMEDOUT ETIMEDOUT EINVAL EINVAL EINVAL EINVAL EINVAL [1 0 other 1] [1 0 me 1] 0 [0 0 - 0]")
OF(adaptive, asked_for_by_another, ADAPTIVE, 0,
   "0 EBUSY ETIMEDOUT ETIMEDOUT ETIMEDOUT ETIMEDOUT EINVAL EINVAL EINVAL EINVAL EINVAL [1 0 other 1] [1 0 me 1] 0 [0 0 - 0]")
OF(robust, asked_for_by_another, NORMAL, ROBUST,
   "0 EBUSY ETIMEDOUT ETIMEDOUT ETIMEDOUT ETIMEDOUT EINVAL EINVAL EINVAL EINVAL EINVAL [1 0 other 1] [1 0 me 1] 0 [0 0 - 0]")
OF(shared, asked_for_by_another, NORMAL, SHARED,
   "0 EBUSY ETIMEDOUT ETIMEDOUT ETIMEDOUT ETIMEDOUT EINVAL EINVAL EINVAL EINVAL EINVAL [1 0 other 1] [1 0 me 1] 0 [0 0 - 0]")
OF(robust_shared, asked_for_by_another, RECURSIVE, ROBUST | SHARED,
   "0 EBUSY ETIMEDOUT ETIMEDOUT ETIMEDOUT ETIMEDOUT EINVAL EINVAL EINVAL EINVAL EINVAL [1 1 other 1] [1 1 me 1] 0 [0 0 - 0]")
OF(pi, asked_for_by_another, NORMAL, PI,
   "0 EBUSY ETIMEDOUT ETIMEDOUT ETIMEDOUT ETIMEDOUT EINVAL EINVAL EINVAL EINVAL EINVAL [1 0 other 1] [1 0 me 1] 0 [0 0 - 0]")
OF(pi_errorcheck, asked_for_by_another, ERRORCHECK, PI,
   "0 EBUSY ETIMEDOUT ETIMEDOUT ETIMEDOUT ETIMEDOUT EINVAL EINVAL EINVAL EINVAL EINVAL [1 0 other 1] [1 0 me 1] 0 [0 0 - 0]")

/* Wrong arguments for a mutex that is free: which are looked at, which are not. */
static void wrong_arguments_when_free(void)
{
	int held = 0;

	held += DO(pthread_mutex_timedlock(m, &bad_nsec)) == 0;
	unlock_all(held);
	held = DO(pthread_mutex_timedlock(m, &negative_nsec)) == 0;
	unlock_all(held);
	held = DO(pthread_mutex_timedlock(m, &past)) == 0;
	unlock_all(held);
	held = DO(pthread_mutex_clocklock(m, CLOCK_MONOTONIC, &bad_nsec)) == 0;
	unlock_all(held);
	held = DO(pthread_mutex_clocklock(m, CLOCK_THREAD_CPUTIME_ID, &past)) == 0;
	unlock_all(held);
	held = DO(pthread_mutex_clocklock(m, -7, &past)) == 0;
	unlock_all(held);
	state();
}

OF(normal, wrong_arguments_when_free, NORMAL, 0, "0 0 0 0 0 0 0 0 EINVAL EINVAL [0 0 - 0]")
OF(recursive, wrong_arguments_when_free, RECURSIVE, 0, "0 0 0 0 0 0 0 0 EINVAL EINVAL [0 0 - 0]")
OF(errorcheck, wrong_arguments_when_free, ERRORCHECK, 0, "0 0 0 0 0 0 0 0 EINVAL EINVAL [0 0 - 0]")
OF(adaptive, wrong_arguments_when_free, ADAPTIVE, 0, "0 0 0 0 0 0 0 0 EINVAL EINVAL [0 0 - 0]")
OF(robust, wrong_arguments_when_free, NORMAL, ROBUST, "0 0 0 0 0 0 0 0 EINVAL EINVAL [0 0 - 0]")
OF(shared, wrong_arguments_when_free, NORMAL, SHARED, "0 0 0 0 0 0 0 0 EINVAL EINVAL [0 0 - 0]")
OF(pi, wrong_arguments_when_free, NORMAL, PI, "0 0 0 0 0 0 0 0 EINVAL EINVAL [0 0 - 0]")

/* Held by one thread, wanted by another that waits without limit: it gets it. */
static _Atomic pid_t waiter;

static void wants(void)
{
	waiter = gettid();
	DO(pthread_mutex_lock(m));
	state();
	DO(pthread_mutex_unlock(m));
}

static void *wants_it(void *unused)
{
	wants();
	return unused;
}

static void waited_for(void)
{
	pthread_t thread;

	waiter = 0;
	MUST(pthread_mutex_lock(m));
	MUST(pthread_create(&thread, NULL, wants_it, NULL));
	until_blocked(tid_of(&waiter));
	MUST(pthread_mutex_unlock(m));
	MUST(pthread_join(thread, NULL));
	state();
}

#define WAITED(inner) "0 " inner " 0 [0 0 - 0]"

OF(normal, waited_for, NORMAL, 0, WAITED("[1 0 me 1]"))
OF(recursive, waited_for, RECURSIVE, 0, WAITED("[1 1 me 1]"))
OF(errorcheck, waited_for, ERRORCHECK, 0, WAITED("[1 0 me 1]"))
OF(adaptive, waited_for, ADAPTIVE, 0, WAITED("[1 0 me 1]"))
OF(robust, waited_for, NORMAL, ROBUST, WAITED("[1 0 me 1]"))
OF(shared, waited_for, NORMAL, SHARED, WAITED("[1 0 me 1]"))
OF(pi, waited_for, NORMAL, PI, WAITED("[1 0 me 1]"))

/* ---- misuse: what libc does about it stays so ---- */

static void unlocked_when_free(void)
{
	DO(pthread_mutex_unlock(m));
	state();
	DO(pthread_mutex_lock(m));
	state();
	DO(pthread_mutex_unlock(m));
	DO(pthread_mutex_unlock(m));
	state();
}

OF(normal, unlocked_when_free, NORMAL, 0, "0 [0 0 - -1] 0 [1 0 me 0] 0 0 [0 0 - -2]")
OF(recursive, unlocked_when_free, RECURSIVE, 0, "EPERM [0 0 - 0] 0 [1 1 me 1] 0 EPERM [0 0 - 0]")
OF(errorcheck, unlocked_when_free, ERRORCHECK, 0, "EPERM [0 0 - 0] 0 [1 0 me 1] 0 EPERM [0 0 - 0]")
OF(adaptive, unlocked_when_free, ADAPTIVE, 0, "0 [0 0 - -1] 0 [1 0 me 0] 0 0 [0 0 - -2]")
OF(robust, unlocked_when_free, NORMAL, ROBUST, "EPERM [0 0 - 0] 0 [1 0 me 1] 0 EPERM [0 0 - 0]")
OF(robust_recursive, unlocked_when_free, RECURSIVE, ROBUST, "EPERM [0 0 - 0] 0 [1 1 me 1] 0 EPERM [0 0 - 0]")
OF(shared, unlocked_when_free, NORMAL, SHARED, "0 [0 0 - -1] 0 [1 0 me 0] 0 0 [0 0 - -2]")
OF(pi, unlocked_when_free, NORMAL, PI, "EPERM [0 0 - 0] 0 [1 0 me 1] 0 EPERM [0 0 - 0]")

static void unlocks(void)
{
	DO(pthread_mutex_unlock(m));
	if (DO(pthread_mutex_trylock(m)) == 0)
		DO(pthread_mutex_unlock(m));
	state();
}

static void unlocked_by_another(void)
{
	DO(pthread_mutex_lock(m));
	in_thread(unlocks);
	state();
	if (m->__data.__lock != 0)
		DO(pthread_mutex_unlock(m));
	DO(pthread_mutex_trylock(m));
	DO(pthread_mutex_unlock(m));
	state();
}

OF(normal, unlocked_by_another, NORMAL, 0, "0 0 0 0 [0 0 - 0] [0 0 - 0] 0 0 [0 0 - 0]")
OF(recursive, unlocked_by_another, RECURSIVE, 0, "0 EPERM EBUSY [1 1 other 1] [1 1 me 1] 0 0 0 [0 0 - 0]")
OF(errorcheck, unlocked_by_another, ERRORCHECK, 0, "0 EPERM EBUSY [1 0 other 1] [1 0 me 1] 0 0 0 [0 0 - 0]")
OF(adaptive, unlocked_by_another, ADAPTIVE, 0, "0 0 0 0 [0 0 - 0] [0 0 - 0] 0 0 [0 0 - 0]")
OF(robust, unlocked_by_another, NORMAL, ROBUST, "0 EPERM EBUSY [1 0 other 1] [1 0 me 1] 0 0 0 [0 0 - 0]")
OF(shared, unlocked_by_another, NORMAL, SHARED, "0 0 0 0 [0 0 - 0] [0 0 - 0] 0 0 [0 0 - 0]")
OF(pi, unlocked_by_another, NORMAL, PI, "0 EPERM EBUSY [1 0 other 1] [1 0 me 1] 0 0 0 [0 0 - 0]")
OF(pi_errorcheck, unlocked_by_another, ERRORCHECK, PI, "0 EPERM EBUSY [1 0 other 1] [1 0 me 1] 0 0 0 [0 0 - 0]")

static void destroyed_while_held(void)
{
	DO(pthread_mutex_lock(m));
	DO(pthread_mutex_destroy(m));
	say("kind %d", m->__data.__kind);
	DO(pthread_mutex_unlock(m));
	DO(pthread_mutex_destroy(m));
	say("kind %d", m->__data.__kind);
}

OF(normal, destroyed_while_held, NORMAL, 0, "0 EBUSY kind 512 0 0 kind -1")
OF(recursive, destroyed_while_held, RECURSIVE, 0, "0 EBUSY kind 1 0 0 kind -1")
OF(errorcheck, destroyed_while_held, ERRORCHECK, 0, "0 EBUSY kind 2 0 0 kind -1")
OF(adaptive, destroyed_while_held, ADAPTIVE, 0, "0 EBUSY kind 3 0 0 kind -1")
OF(robust, destroyed_while_held, NORMAL, ROBUST, "0 0 kind -1 EINVAL 0 kind -1")
OF(shared, destroyed_while_held, NORMAL, SHARED, "0 EBUSY kind 640 0 0 kind -1")
OF(pi, destroyed_while_held, NORMAL, PI, "0 EBUSY kind 544 0 0 kind -1")

static void used_when_destroyed(void)
{
	DO(pthread_mutex_destroy(m));
	DO(pthread_mutex_lock(m));
	DO(pthread_mutex_trylock(m));
	DO(pthread_mutex_timedlock(m, &past));
	DO(pthread_mutex_clocklock(m, CLOCK_MONOTONIC, &past));
	DO(pthread_mutex_unlock(m));
	DO(pthread_mutex_consistent(m));
	DO(pthread_mutex_destroy(m));
	say("kind %d", m->__data.__kind);
	DO(pthread_mutex_init(m, NULL));
	DO(pthread_mutex_lock(m));
	DO(pthread_mutex_unlock(m));
}

OF(normal, used_when_destroyed, NORMAL, 0, "0 EINVAL EINVAL EINVAL EINVAL EINVAL EINVAL 0 kind -1 0 0 0")
OF(recursive, used_when_destroyed, RECURSIVE, 0, "0 EINVAL EINVAL EINVAL EINVAL EINVAL EINVAL 0 kind -1 0 0 0")
OF(robust, used_when_destroyed, NORMAL, ROBUST, "0 EINVAL EINVAL EINVAL EINVAL EINVAL EINVAL 0 kind -1 0 0 0")
OF(pi, used_when_destroyed, NORMAL, PI, "0 EINVAL EINVAL EINVAL EINVAL EINVAL EINVAL 0 kind -1 0 0 0")

/* Initialised again while held: it is free. */
CHECK(mutex_initialised_while_held, "0 0 [0 0 - 0] 0 0 0")
{
	make(NORMAL, 0);
	DO(pthread_mutex_lock(m));
	DO(pthread_mutex_init(m, NULL));
	state();
	DO(pthread_mutex_trylock(m));
	DO(pthread_mutex_unlock(m));
	DO(pthread_mutex_destroy(m));
}

/* ---- owners that die ---- */

static void dies_holding(void)
{
	MUST(pthread_mutex_lock(m));
}

static void dies_holding_twice(void)
{
	MUST(pthread_mutex_lock(m));
	MUST(pthread_mutex_lock(m));
}

/* Found by each of the calls that can find it, made consistent, and whole again. */
static void recovered(void)
{
	for (int how = 0; how < 4; how++) {
		in_thread(dies_holding);
		if (how == 0)
			DO(pthread_mutex_lock(m));
		if (how == 1)
			DO(pthread_mutex_trylock(m));
		if (how == 2)
			DO(pthread_mutex_timedlock(m, &past));
		if (how == 3)
			DO(pthread_mutex_clocklock(m, CLOCK_MONOTONIC, never(CLOCK_MONOTONIC)));
		DO(pthread_mutex_consistent(m));
		DO(pthread_mutex_consistent(m));
		DO(pthread_mutex_unlock(m));
	}
	state();
	DO(pthread_mutex_destroy(m));
}

OF(robust, recovered, NORMAL, ROBUST, "EOWNERDEAD 0 EINVAL 0 EOWNERDEAD 0 EINVAL 0 EOWNERDEAD 0 EINVAL 0 EOWNERDEAD 0 EINVAL 0 [0 0 - 0] 0")
OF(robust_recursive, recovered, RECURSIVE, ROBUST,
   "EOWNERDEAD 0 EINVAL 0 EOWNERDEAD 0 EINVAL 0 EOWNERDEAD 0 EINVAL 0 EOWNERDEAD 0 EINVAL 0 [0 0 - 0] 0")
OF(robust_errorcheck, recovered, ERRORCHECK, ROBUST,
   "EOWNERDEAD 0 EINVAL 0 EOWNERDEAD 0 EINVAL 0 EOWNERDEAD 0 EINVAL 0 EOWNERDEAD 0 EINVAL 0 [0 0 - 0] 0")
OF(robust_shared, recovered, NORMAL, ROBUST | SHARED,
   "EOWNERDEAD 0 EINVAL 0 EOWNERDEAD 0 EINVAL 0 EOWNERDEAD 0 EINVAL 0 EOWNERDEAD 0 EINVAL 0 [0 0 - 0] 0")
OF(robust_pi, recovered, NORMAL, ROBUST | PI,
   "EOWNERDEAD 0 EINVAL 0 EOWNERDEAD 0 EINVAL 0 EOWNERDEAD 0 EINVAL 0 EOWNERDEAD 0 EINVAL 0 [0 0 - 0] 0")
OF(robust_pi_recursive, recovered, RECURSIVE, ROBUST | PI,
   "EOWNERDEAD 0 EINVAL 0 EOWNERDEAD 0 EINVAL 0 EOWNERDEAD 0 EINVAL 0 EOWNERDEAD 0 EINVAL 0 [0 0 - 0] 0")

/* The try comes last: glibc's leaves such a mutex locked for good. */
static void given_up(void)
{
	in_thread(dies_holding);
	DO(pthread_mutex_lock(m));
	DO(pthread_mutex_unlock(m));
	DO(pthread_mutex_lock(m));
	DO(pthread_mutex_lock(m));
	DO(pthread_mutex_timedlock(m, &past));
	DO(pthread_mutex_clocklock(m, CLOCK_MONOTONIC, never(CLOCK_MONOTONIC)));
	DO(pthread_mutex_consistent(m));
	DO(pthread_mutex_unlock(m));
	state();
	DO(pthread_mutex_trylock(m));
	state();
	DO(pthread_mutex_destroy(m));
}

OF(robust, given_up, NORMAL, ROBUST,
   "EOWNERDEAD 0 ENOTRECOVERABLE ENOTRECOVERABLE ENOTRECOVERABLE ENOTRECOVERABLE EINVAL EPERM [0 0 other 0] ENOTRECOVERABLE [1 0 other 0] "
   "0")
OF(robust_recursive, given_up, RECURSIVE, ROBUST,
   "EOWNERDEAD 0 ENOTRECOVERABLE ENOTRECOVERABLE ENOTRECOVERABLE ENOTRECOVERABLE EINVAL EPERM [0 0 other 0] ENOTRECOVERABLE [1 0 other 0] "
   "0")
OF(robust_shared, given_up, NORMAL, ROBUST | SHARED,
   "EOWNERDEAD 0 ENOTRECOVERABLE ENOTRECOVERABLE ENOTRECOVERABLE ENOTRECOVERABLE EINVAL EPERM [0 0 other 0] ENOTRECOVERABLE [1 0 other 0] "
   "0")
OF(robust_pi, given_up, NORMAL, ROBUST | PI,
   "EOWNERDEAD 0 ENOTRECOVERABLE ENOTRECOVERABLE ENOTRECOVERABLE ENOTRECOVERABLE EINVAL EPERM [0 0 other 0] ENOTRECOVERABLE [0 0 other 0] "
   "0")

/* Held by a dead owner, asked for by its new owner again. */
static void inherited_and_asked_for_again(void)
{
	int held = 1;

	in_thread(dies_holding);
	DO(pthread_mutex_lock(m));
	held += DO(pthread_mutex_trylock(m)) == 0;
	held += DO(pthread_mutex_timedlock(m, &past)) == 0;
	state();
	DO(pthread_mutex_consistent(m));
	unlock_all(held);
	DO(pthread_mutex_lock(m));
	DO(pthread_mutex_unlock(m));
	state();
}

OF(robust, inherited_and_asked_for_again, NORMAL, ROBUST, "EOWNERDEAD EBUSY ETIMEDOUT [1 0 other 1] 0 0 0 0 [0 0 - 0]")
OF(robust_recursive, inherited_and_asked_for_again, RECURSIVE, ROBUST, "EOWNERDEAD 0 0 [1 3 other 1] 0 0 0 0 0 0 [0 0 - 0]")
OF(robust_errorcheck, inherited_and_asked_for_again, ERRORCHECK, ROBUST, "EOWNERDEAD EDEADLK EDEADLK [1 0 other 1] 0 0 0 0 [0 0 - 0]")

static void inherited_at_depth(void)
{
	in_thread(dies_holding_twice);
	DO(pthread_mutex_lock(m));
	state();
	DO(pthread_mutex_consistent(m));
	DO(pthread_mutex_unlock(m));
	DO(pthread_mutex_unlock(m));
	state();
}

OF(robust_recursive, inherited_at_depth, RECURSIVE, ROBUST, "EOWNERDEAD [1 1 other 1] 0 0 EPERM [0 0 - 0]")
OF(robust_pi_recursive, inherited_at_depth, RECURSIVE, ROBUST | PI, "EOWNERDEAD [1 1 other 1] 0 0 EPERM [0 0 - 0]")

/* One that is not robust stays locked by who is gone. */
static void left_by_the_dead(void)
{
	in_thread(dies_holding);
	DO(pthread_mutex_trylock(m));
	DO(pthread_mutex_timedlock(m, &past));
	DO(pthread_mutex_consistent(m));
	DO(pthread_mutex_destroy(m));
	state();
}

OF(normal, left_by_the_dead, NORMAL, 0, "EBUSY ETIMEDOUT EINVAL EBUSY [1 0 other 1]")
OF(recursive, left_by_the_dead, RECURSIVE, 0, "EBUSY ETIMEDOUT EINVAL EBUSY [1 1 other 1]")
OF(errorcheck, left_by_the_dead, ERRORCHECK, 0, "EBUSY ETIMEDOUT EINVAL EBUSY [1 0 other 1]")
OF(shared, left_by_the_dead, NORMAL, SHARED, "EBUSY ETIMEDOUT EINVAL EBUSY [1 0 other 1]")

static void consistent_when_it_is(void)
{
	DO(pthread_mutex_consistent(m));
	DO(pthread_mutex_lock(m));
	DO(pthread_mutex_consistent(m));
	DO(pthread_mutex_unlock(m));
}

OF(normal, consistent_when_it_is, NORMAL, 0, "EINVAL 0 EINVAL 0")
OF(robust, consistent_when_it_is, NORMAL, ROBUST, "EINVAL 0 EINVAL 0")
OF(robust_pi, consistent_when_it_is, NORMAL, ROBUST | PI, "EINVAL 0 EINVAL 0")

/* Waits without limit for an owner that then dies. */
static _Atomic int go;

static void *dies_when_told(void *unused)
{
	MUST(pthread_mutex_lock(m));
	go = 1;
	until_not(&go, 1);
	return unused;
}

static void *takes_over(void *unused)
{
	waiter = gettid();
	DO(pthread_mutex_lock(m));
	DO(pthread_mutex_consistent(m));
	DO(pthread_mutex_unlock(m));
	return unused;
}

static void waited_for_until_death(void)
{
	pthread_t owner, heir;

	go = 0;
	waiter = 0;
	MUST(pthread_create(&owner, NULL, dies_when_told, NULL));
	until_not(&go, 0);
	MUST(pthread_create(&heir, NULL, takes_over, NULL));
	until_blocked(tid_of(&waiter));
	go = 2;
	MUST(pthread_join(owner, NULL));
	MUST(pthread_join(heir, NULL));
	state();
}

OF(robust, waited_for_until_death, NORMAL, ROBUST, "EOWNERDEAD 0 0 [0 0 - 0]")
OF(robust_shared, waited_for_until_death, NORMAL, ROBUST | SHARED, "EOWNERDEAD 0 0 [0 0 - 0]")
OF(robust_pi, waited_for_until_death, NORMAL, ROBUST | PI, "EOWNERDEAD 0 0 [0 0 - 0]")

/* ---- two processes ---- */

static int child_tries(void)
{
	return pthread_mutex_trylock(m);
}

static int child_waits_and_takes(void)
{
	int result = pthread_mutex_timedlock(m, never(CLOCK_REALTIME));

	return result ? result : pthread_mutex_unlock(m);
}

static int child_dies_holding(void)
{
	pthread_mutex_lock(m);
	return 0;
}

static void between_processes(void)
{
	DO(pthread_mutex_lock(m));
	in_child(child_tries);
	DO(pthread_mutex_unlock(m));
	in_child(child_waits_and_takes);
	DO(pthread_mutex_lock(m));
	DO(pthread_mutex_unlock(m));
	in_child(child_dies_holding);
	if (DO(pthread_mutex_trylock(m)) == EOWNERDEAD) {
		DO(pthread_mutex_consistent(m));
		DO(pthread_mutex_unlock(m));
	}
}

OF(shared, between_processes, NORMAL, SHARED, "0 exit 16 0 exit 0 0 0 exit 0 EBUSY")
OF(shared_recursive, between_processes, RECURSIVE, SHARED, "0 exit 16 0 exit 0 0 0 exit 0 EBUSY")
OF(robust_shared, between_processes, NORMAL, ROBUST | SHARED, "0 exit 16 0 exit 0 0 0 exit 0 EOWNERDEAD 0 0")
OF(robust_shared_errorcheck, between_processes, ERRORCHECK, ROBUST | SHARED, "0 exit 16 0 exit 0 0 0 exit 0 EOWNERDEAD 0 0")
OF(robust_shared_pi, between_processes, NORMAL, ROBUST | SHARED | PI, "0 exit 16 0 exit 0 0 0 exit 0 EOWNERDEAD 0 0")

/* ---- priority ceiling; attributes ---- */

static void ceilings(void)
{
	pthread_mutexattr_t attributes;
	static pthread_mutex_t mutex;
	int ceiling = -1;

	set(&attributes, NORMAL, CEILING);
	DO(pthread_mutexattr_setprioceiling(&attributes, 10));
	DO(pthread_mutexattr_setprioceiling(&attributes, 1000));
	DO(pthread_mutex_init(&mutex, &attributes));
	DO(pthread_mutex_getprioceiling(&mutex, &ceiling));
	say("%d", ceiling);
	DO(pthread_mutex_setprioceiling(&mutex, 20, &ceiling));
	say("%d", ceiling);
	DO(pthread_mutex_setprioceiling(&mutex, 1000, &ceiling));
	if (DO(pthread_mutex_trylock(&mutex)) == 0)
		DO(pthread_mutex_unlock(&mutex));
	DO(pthread_mutex_destroy(&mutex));
	m = &(pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	DO(pthread_mutex_getprioceiling(m, &ceiling));
	DO(pthread_mutex_setprioceiling(m, 1, &ceiling));
}

CHECK(mutex_priority_ceiling, "0 EINVAL 0 0 10 0 10 EINVAL EINVAL!errno=EINVAL 0 EINVAL EINVAL")
{
	in_thread(ceilings);
}

CHECK(mutex_attributes_that_do_not_exist, "EINVAL EINVAL EINVAL EINVAL EINVAL")
{
	pthread_mutexattr_t attributes;

	set(&attributes, NORMAL, 0);
	DO(pthread_mutexattr_settype(&attributes, 77));
	DO(pthread_mutexattr_setprotocol(&attributes, 77));
	DO(pthread_mutexattr_setpshared(&attributes, 77));
	DO(pthread_mutexattr_setrobust(&attributes, 77));
	DO(pthread_mutexattr_settype(&attributes, -1));
}

/* Robust and with a ceiling: libc has no such mutex. */
CHECK(mutex_of_a_kind_that_is_not_supported, "EOPNOTSUPP 0")
{
	pthread_mutexattr_t attributes;
	static pthread_mutex_t mutex;

	set(&attributes, NORMAL, CEILING | ROBUST);
	DO(pthread_mutex_init(&mutex, &attributes));
	say("%d", mutex.__data.__kind);
}

CHECK(mutex_of_an_unknown_kind, "EINVAL EINVAL EINVAL EINVAL 0")
{
	static pthread_mutex_t mutex;

	mutex.__data.__kind = 5;
	m = &mutex;
	DO(pthread_mutex_lock(m));
	DO(pthread_mutex_trylock(m));
	DO(pthread_mutex_timedlock(m, &past));
	DO(pthread_mutex_unlock(m));
	DO(pthread_mutex_destroy(m));
}

/* ---- static initialisers, copies, old names ---- */

CHECK(mutex_static_initialisers, "0 0 0 0 0 EDEADLK 0 0 0")
{
	static pthread_mutex_t normal = PTHREAD_MUTEX_INITIALIZER, recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP,
			       errorcheck = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;

	DO(pthread_mutex_lock(&normal));
	DO(pthread_mutex_lock(&recursive));
	DO(pthread_mutex_lock(&recursive));
	DO(pthread_mutex_unlock(&recursive));
	DO(pthread_mutex_lock(&errorcheck));
	DO(pthread_mutex_lock(&errorcheck));
	DO(pthread_mutex_unlock(&errorcheck));
	DO(pthread_mutex_unlock(&recursive));
	DO(pthread_mutex_unlock(&normal));
}

/* A copy of a mutex that is in use is a mutex in the same state. */
CHECK(mutex_copied_while_held, "0 EBUSY 0 0 0")
{
	static pthread_mutex_t first = PTHREAD_MUTEX_INITIALIZER, second;

	DO(pthread_mutex_lock(&first));
	memcpy(&second, &first, sizeof(second));
	DO(pthread_mutex_trylock(&second));
	DO(pthread_mutex_unlock(&second));
	DO(pthread_mutex_unlock(&first));
	DO(pthread_mutex_trylock(&second));
}

int __pthread_mutex_lock(pthread_mutex_t *mutex);
int __pthread_mutex_trylock(pthread_mutex_t *mutex);
int __pthread_mutex_unlock(pthread_mutex_t *mutex);
int __pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes);
int __pthread_mutex_destroy(pthread_mutex_t *mutex);
__asm__(".symver __pthread_mutex_lock,__pthread_mutex_lock@GLIBC_2.2.5\n"
	".symver __pthread_mutex_trylock,__pthread_mutex_trylock@GLIBC_2.2.5\n"
	".symver __pthread_mutex_unlock,__pthread_mutex_unlock@GLIBC_2.2.5\n"
	".symver __pthread_mutex_init,__pthread_mutex_init@GLIBC_2.2.5\n"
	".symver __pthread_mutex_destroy,__pthread_mutex_destroy@GLIBC_2.2.5\n");

CHECK(mutex_by_its_old_names, "0 0 EBUSY 0 EBUSY 0 0 0")
{
	static pthread_mutex_t mutex;

	DO(__pthread_mutex_init(&mutex, NULL));
	DO(__pthread_mutex_lock(&mutex));
	DO(__pthread_mutex_trylock(&mutex));
	DO(__pthread_mutex_unlock(&mutex));
	MUST(__pthread_mutex_trylock(&mutex));
	DO(__pthread_mutex_destroy(&mutex));
	DO(pthread_mutex_unlock(&mutex));
	DO(pthread_mutex_lock(&mutex));
	DO(pthread_mutex_unlock(&mutex));
}
