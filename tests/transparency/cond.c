/* cond.c: pthread_cond_*: how waits end, and that they end with the mutex held. */
#include <signal.h>
#include <unistd.h>

#include "check.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;

static void fresh(void)
{
	MUST(pthread_mutex_init(&mutex, NULL));
	MUST(pthread_cond_init(&cond, NULL));
}

/* A mutex of another kind in its place. */
static void fresh_with(int type, int robust)
{
	pthread_mutexattr_t attributes;

	fresh();
	MUST(pthread_mutexattr_init(&attributes));
	MUST(pthread_mutexattr_settype(&attributes, type));
	MUST(pthread_mutexattr_setrobust(&attributes, robust));
	MUST(pthread_mutex_init(&mutex, &attributes));
}

/* Is the mutex held by whoever called in_thread? EBUSY says so. */
static void try_it(void)
{
	if (DO(pthread_mutex_trylock(&mutex)) == 0)
		DO(pthread_mutex_unlock(&mutex));
}

CHECK(cond_timed_waits_time_out_with_the_mutex_held, "0 ETIMEDOUT EBUSY ETIMEDOUT EBUSY ETIMEDOUT EBUSY ETIMEDOUT EBUSY 0 0 0")
{
	fresh();
	DO(pthread_mutex_lock(&mutex));
	DO(pthread_cond_timedwait(&cond, &mutex, &past));
	in_thread(try_it);
	DO(pthread_cond_timedwait(&cond, &mutex, soon(CLOCK_REALTIME)));
	in_thread(try_it);
	DO(pthread_cond_clockwait(&cond, &mutex, CLOCK_MONOTONIC, &past));
	in_thread(try_it);
	DO(pthread_cond_clockwait(&cond, &mutex, CLOCK_REALTIME, soon(CLOCK_REALTIME)));
	in_thread(try_it);
	DO(pthread_mutex_unlock(&mutex));
	in_thread(try_it);
}

CHECK(cond_waits_with_wrong_arguments_keep_the_mutex, "0 EINVAL EINVAL EINVAL EINVAL EINVAL EBUSY 0")
{
	fresh();
	DO(pthread_mutex_lock(&mutex));
	DO(pthread_cond_timedwait(&cond, &mutex, &bad_nsec));
	DO(pthread_cond_timedwait(&cond, &mutex, &negative_nsec));
	DO(pthread_cond_clockwait(&cond, &mutex, CLOCK_MONOTONIC, &bad_nsec));
	DO(pthread_cond_clockwait(&cond, &mutex, CLOCK_PROCESS_CPUTIME_ID, &past));
	DO(pthread_cond_clockwait(&cond, &mutex, 12345, &past));
	in_thread(try_it);
	DO(pthread_mutex_unlock(&mutex));
}

CHECK(cond_waits_with_a_mutex_that_is_not_held, "EPERM EPERM EPERM 0 0")
{
	fresh_with(PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_STALLED);
	DO(pthread_cond_wait(&cond, &mutex));
	DO(pthread_cond_timedwait(&cond, &mutex, &past));
	DO(pthread_cond_clockwait(&cond, &mutex, CLOCK_MONOTONIC, &past));
	in_thread(try_it);
}

static void wait_unheld(void)
{
	DO(pthread_cond_wait(&cond, &mutex));
}

CHECK(cond_waits_with_an_errorcheck_mutex_that_another_holds, "0 EPERM 0")
{
	fresh_with(PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_STALLED);
	DO(pthread_mutex_lock(&mutex));
	in_thread(wait_unheld);
	DO(pthread_mutex_unlock(&mutex));
}

/* A normal mutex that nobody holds: libc releases it all the same and takes it. */
CHECK(cond_timed_wait_with_a_normal_mutex_that_nobody_holds, "ETIMEDOUT EBUSY 0 0 0")
{
	fresh();
	DO(pthread_cond_timedwait(&cond, &mutex, soon(CLOCK_REALTIME)));
	in_thread(try_it);
	DO(pthread_mutex_unlock(&mutex));
	in_thread(try_it);
}

/* Held twice: the wait lets go of one. */
CHECK(cond_timed_wait_with_a_recursive_mutex_held_twice, "0 0 ETIMEDOUT depth 2 EBUSY 0 EBUSY 0 EPERM 0 0")
{
	fresh_with(PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_STALLED);
	DO(pthread_mutex_lock(&mutex));
	DO(pthread_mutex_lock(&mutex));
	DO(pthread_cond_timedwait(&cond, &mutex, soon(CLOCK_REALTIME)));
	say("depth %u", mutex.__data.__count);
	in_thread(try_it);
	DO(pthread_mutex_unlock(&mutex));
	in_thread(try_it);
	DO(pthread_mutex_unlock(&mutex));
	DO(pthread_mutex_unlock(&mutex));
	in_thread(try_it);
}

/* ---- woken ---- */

enum { WAITERS = 3 };

static int waiting, turns, results[WAITERS];

static void *waits(void *number)
{
	MUST(pthread_mutex_lock(&mutex));
	waiting++;
	while (turns == 0)
		results[(intptr_t)number] = pthread_cond_wait(&cond, &mutex);
	turns--;
	waiting--;
	MUST(pthread_mutex_unlock(&mutex));
	return NULL;
}

static int count_waiting(void)
{
	int count;

	MUST(pthread_mutex_lock(&mutex));
	count = waiting;
	MUST(pthread_mutex_unlock(&mutex));
	return count;
}

static void wake(int how_many, int (*call)(pthread_cond_t *))
{
	MUST(pthread_mutex_lock(&mutex));
	turns = how_many;
	DO(call(&cond));
	MUST(pthread_mutex_unlock(&mutex));
}

static void start_waiters(pthread_t *threads)
{
	waiting = turns = 0;
	for (intptr_t i = 0; i < WAITERS; i++) {
		results[i] = -1;
		MUST(pthread_create(&threads[i], NULL, waits, (void *)i));
	}
	while (count_waiting() != WAITERS)
		usleep(200);
}

static void end_waiters(const pthread_t *threads)
{
	for (int i = 0; i < WAITERS; i++) {
		MUST(pthread_join(threads[i], NULL));
		DO(results[i]);
	}
}

CHECK(cond_broadcast_wakes_all, "0 0 0 0 left 0 0")
{
	pthread_t threads[WAITERS];

	fresh();
	start_waiters(threads);
	wake(WAITERS, pthread_cond_broadcast);
	end_waiters(threads);
	say("left %d", waiting);
	DO(pthread_cond_destroy(&cond));
}

CHECK(cond_signal_wakes_one_at_a_time, "0 left 2 0 left 1 0 left 0 0 0 0")
{
	pthread_t threads[WAITERS];

	fresh();
	start_waiters(threads);
	for (int i = WAITERS; i > 0; i--) {
		wake(1, pthread_cond_signal);
		while (count_waiting() == i)
			usleep(200);
		say("left %d", count_waiting());
	}
	end_waiters(threads);
}

CHECK(cond_signal_and_broadcast_that_nobody_waits_for, "0 0 0 ETIMEDOUT 0 0")
{
	fresh();
	DO(pthread_cond_signal(&cond));
	DO(pthread_cond_broadcast(&cond));
	DO(pthread_mutex_lock(&mutex));
	DO(pthread_cond_timedwait(&cond, &mutex, soon(CLOCK_REALTIME)));
	DO(pthread_mutex_unlock(&mutex));
	DO(pthread_cond_destroy(&cond));
}

/* ---- woken to something else ---- */

static volatile sig_atomic_t handled;

static void handle(int number)
{
	(void)number;
	handled++;
}

static _Atomic pid_t waiter;
static _Atomic int told;
static int result;

static void *waits_until_told(void *unused)
{
	result = 0;
	MUST(pthread_mutex_lock(&mutex));
	waiter = gettid();
	while (!told && result == 0)
		result = pthread_cond_wait(&cond, &mutex);
	MUST(pthread_mutex_unlock(&mutex));
	return unused;
}

/* A wait is no call that a signal ends. */
CHECK(cond_wait_is_not_ended_by_a_signal, "handled 1 0")
{
	struct sigaction action = {.sa_handler = handle}, before;
	pthread_t thread;

	fresh();
	told = 0;
	handled = 0;
	waiter = 0;
	MUST(sigaction(SIGUSR1, &action, &before));
	MUST(pthread_create(&thread, NULL, waits_until_told, NULL));
	until_blocked(tid_of(&waiter));
	MUST(pthread_kill(thread, SIGUSR1));
	while (!handled)
		usleep(200);
	until_blocked(waiter);
	MUST(pthread_mutex_lock(&mutex));
	told = 1;
	MUST(pthread_cond_signal(&cond));
	MUST(pthread_mutex_unlock(&mutex));
	MUST(pthread_join(thread, NULL));
	MUST(sigaction(SIGUSR1, &before, NULL));
	say("handled %d", (int)handled);
	DO(result);
}

/* The mutex of a waiter is taken by one who dies with it: the wait ends with that news, and the mutex. */
static void *waits_for_news(void *unused)
{
	MUST(pthread_mutex_lock(&mutex));
	waiter = gettid();
	DO(pthread_cond_wait(&cond, &mutex));
	DO(pthread_mutex_consistent(&mutex));
	DO(pthread_mutex_unlock(&mutex));
	return unused;
}

static void signal_and_die_holding(void)
{
	MUST(pthread_mutex_lock(&mutex));
	MUST(pthread_cond_signal(&cond));
}

CHECK(cond_wait_hears_that_an_owner_died, "EOWNERDEAD 0 0 0 0")
{
	pthread_t thread;

	fresh_with(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST);
	waiter = 0;
	MUST(pthread_create(&thread, NULL, waits_for_news, NULL));
	until_blocked(tid_of(&waiter));
	in_thread(signal_and_die_holding);
	MUST(pthread_join(thread, NULL));
	in_thread(try_it);
}

/* ---- clocks, processes, init and destroy ---- */

CHECK(cond_with_the_monotonic_clock, "0 0 0 0 ETIMEDOUT ETIMEDOUT 0 EINVAL EINVAL")
{
	pthread_condattr_t attributes;

	fresh();
	DO(pthread_condattr_init(&attributes));
	DO(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC));
	DO(pthread_cond_init(&cond, &attributes));
	DO(pthread_mutex_lock(&mutex));
	DO(pthread_cond_timedwait(&cond, &mutex, soon(CLOCK_MONOTONIC)));
	DO(pthread_cond_clockwait(&cond, &mutex, CLOCK_REALTIME, soon(CLOCK_REALTIME)));
	DO(pthread_mutex_unlock(&mutex));
	DO(pthread_condattr_setclock(&attributes, CLOCK_PROCESS_CPUTIME_ID));
	DO(pthread_condattr_setpshared(&attributes, 77));
}

struct common {
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	int turn;
};

static struct common *common;

static int child_answers(void)
{
	int error;

	pthread_mutex_lock(&common->mutex);
	common->turn = 1;
	error = pthread_cond_signal(&common->cond);
	while (common->turn != 2 && error == 0)
		error = pthread_cond_timedwait(&common->cond, &common->mutex, never(CLOCK_REALTIME));
	pthread_mutex_unlock(&common->mutex);
	return error;
}

static void *parent_asks(void *unused)
{
	MUST(pthread_mutex_lock(&common->mutex));
	while (common->turn != 1)
		MUST(pthread_cond_wait(&common->cond, &common->mutex));
	common->turn = 2;
	MUST(pthread_cond_broadcast(&common->cond));
	MUST(pthread_mutex_unlock(&common->mutex));
	return unused;
}

CHECK(cond_between_processes, "exit 0 0")
{
	pthread_mutexattr_t mutex_attributes;
	pthread_condattr_t cond_attributes;
	pthread_t thread;

	common = shared_memory(sizeof(*common));
	MUST(pthread_mutexattr_init(&mutex_attributes));
	MUST(pthread_mutexattr_setpshared(&mutex_attributes, PTHREAD_PROCESS_SHARED));
	MUST(pthread_mutex_init(&common->mutex, &mutex_attributes));
	MUST(pthread_condattr_init(&cond_attributes));
	MUST(pthread_condattr_setpshared(&cond_attributes, PTHREAD_PROCESS_SHARED));
	MUST(pthread_cond_init(&common->cond, &cond_attributes));
	MUST(pthread_create(&thread, NULL, parent_asks, NULL));
	in_child(child_answers);
	MUST(pthread_join(thread, NULL));
	DO(pthread_cond_destroy(&common->cond));
}

/* One condition, two mutexes, one after the other. */
CHECK(cond_with_two_mutexes_in_turn, "0 ETIMEDOUT 0 0 ETIMEDOUT 0 0")
{
	static pthread_mutex_t other = PTHREAD_MUTEX_INITIALIZER;

	fresh();
	DO(pthread_mutex_lock(&mutex));
	DO(pthread_cond_timedwait(&cond, &mutex, &past));
	DO(pthread_mutex_unlock(&mutex));
	DO(pthread_mutex_lock(&other));
	DO(pthread_cond_timedwait(&cond, &other, &past));
	DO(pthread_mutex_unlock(&other));
	DO(pthread_cond_destroy(&cond));
}

/* A wait while another lock is held, and one that is released out of order. */
CHECK(cond_wait_under_another_lock, "0 0 ETIMEDOUT 0 EBUSY 0")
{
	static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER;

	fresh();
	DO(pthread_mutex_lock(&mutex));
	DO(pthread_mutex_lock(&outer));
	DO(pthread_cond_timedwait(&cond, &mutex, soon(CLOCK_REALTIME)));
	DO(pthread_mutex_unlock(&outer));
	in_thread(try_it);
	DO(pthread_mutex_unlock(&mutex));
}
