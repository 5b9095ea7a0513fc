/* cancel.c: which calls are cancellation points, and which are not; what handlers see. */
#include <semaphore.h>
#include <unistd.h>

#include "check.h"

static pthread_mutex_t mutex, checked;
static pthread_cond_t cond;
static pthread_rwlock_t rwlock;
static pthread_barrier_t barrier;
static pthread_spinlock_t spin;
static pthread_once_t once;
static pthread_t target;
static sem_t sem;
static _Atomic pid_t tid, target_tid;
static _Atomic int end;

static void *stays(void *value)
{
	target_tid = gettid();
	until_not(&end, 0);
	return value;
}

static void fresh(void)
{
	pthread_mutexattr_t attributes;

	MUST(pthread_mutexattr_init(&attributes));
	MUST(pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK));
	MUST(pthread_mutex_init(&mutex, NULL));
	MUST(pthread_mutex_init(&checked, &attributes));
	MUST(pthread_cond_init(&cond, NULL));
	MUST(pthread_rwlock_init(&rwlock, NULL));
	MUST(pthread_barrier_init(&barrier, NULL, 2));
	MUST(pthread_spin_init(&spin, 0));
	MUST(sem_init(&sem, 0, 0));
	once = PTHREAD_ONCE_INIT;
	end = 0;
	tid = target_tid = 0;
	MUST(pthread_create(&target, NULL, stays, NULL));
}

static void end_target(void)
{
	end = 1;
	MUST(pthread_join(target, NULL));
}

/* Runs `routine` in a thread; says how it ended. */
static void say_end(pthread_t thread)
{
	void *value;

	MUST(pthread_join(thread, &value));
	say(value == PTHREAD_CANCELED ? "canceled" : "returned");
}

/* ---- cancelled while it waits ---- */

static void unlock_checked(void *unused)
{
	(void)unused;
	/* 0: the thread holds it. */
	DO(pthread_mutex_unlock(&checked));
}

static void *in_cond_wait(void *timed)
{
	pthread_mutex_lock(&checked);
	tid = gettid();
	pthread_cleanup_push(unlock_checked, NULL);
	if (!timed)
		pthread_cond_wait(&cond, &checked);
	else if (timed == (void *)1)
		pthread_cond_timedwait(&cond, &checked, never(CLOCK_REALTIME));
	else
		pthread_cond_clockwait(&cond, &checked, CLOCK_MONOTONIC, never(CLOCK_MONOTONIC));
	pthread_cleanup_pop(1);
	return NULL;
}

static void *in_sem_wait(void *timed)
{
	tid = gettid();
	if (!timed)
		sem_wait(&sem);
	else if (timed == (void *)1)
		sem_timedwait(&sem, never(CLOCK_REALTIME));
	else
		sem_clockwait(&sem, CLOCK_MONOTONIC, never(CLOCK_MONOTONIC));
	return NULL;
}

static void *in_join(void *timed)
{
	tid = gettid();
	if (!timed)
		pthread_join(target, NULL);
	else if (timed == (void *)1)
		pthread_timedjoin_np(target, NULL, never(CLOCK_REALTIME));
	else
		pthread_clockjoin_np(target, NULL, CLOCK_MONOTONIC, never(CLOCK_MONOTONIC));
	return NULL;
}

static void while_waiting(void *(*routine)(void *))
{
	pthread_t thread;

	fresh();
	for (intptr_t timed = 0; timed < 3; timed++) {
		tid = 0;
		MUST(pthread_create(&thread, NULL, routine, (void *)timed));
		until_blocked(tid_of(&tid));
		MUST(pthread_cancel(thread));
		say_end(thread);
	}
	end_target();
}

CHECK(cond_waits_are_cancelled_with_the_mutex_held, "0 canceled 0 canceled 0 canceled 0 0")
{
	while_waiting(in_cond_wait);
	/* And by nobody now. */
	DO(pthread_mutex_trylock(&checked));
	DO(pthread_mutex_unlock(&checked));
}

CHECK(sem_waits_are_cancelled, "canceled canceled canceled")
{
	while_waiting(in_sem_wait);
}

/* And what they waited for can be joined all the same: end_target does. */
CHECK(joins_are_cancelled, "canceled canceled canceled")
{
	while_waiting(in_join);
}

/* ---- a request that is there before the call ---- */

static void *(*body)(void *);

static void *with_a_request_pending(void *unused)
{
	MUST(pthread_cancel(pthread_self()));
	return body(unused);
}

/* Every check of this section says what happened in the call, if it came so far, and how the thread ended. */
static void pending(void *(*routine)(void *))
{
	pthread_t thread;

	body = routine;
	MUST(pthread_create(&thread, NULL, with_a_request_pending, NULL));
	say_end(thread);
}

static void *locks_mutexes(void *value)
{
	DO(pthread_mutex_lock(&mutex));
	DO(pthread_mutex_unlock(&mutex));
	DO(pthread_mutex_trylock(&mutex));
	DO(pthread_mutex_unlock(&mutex));
	DO(pthread_mutex_timedlock(&mutex, &past));
	DO(pthread_mutex_unlock(&mutex));
	DO(pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &past));
	DO(pthread_mutex_unlock(&mutex));
	DO(pthread_mutex_destroy(&mutex));
	DO(pthread_mutex_init(&mutex, NULL));
	return value;
}

static void *locks_rwlocks(void *value)
{
	DO(pthread_rwlock_rdlock(&rwlock));
	DO(pthread_rwlock_tryrdlock(&rwlock));
	DO(pthread_rwlock_timedrdlock(&rwlock, &past));
	DO(pthread_rwlock_clockrdlock(&rwlock, CLOCK_MONOTONIC, &past));
	DO(pthread_rwlock_timedwrlock(&rwlock, soon(CLOCK_REALTIME)));
	for (int i = 0; i < 4; i++)
		DO(pthread_rwlock_unlock(&rwlock));
	DO(pthread_rwlock_wrlock(&rwlock));
	DO(pthread_rwlock_unlock(&rwlock));
	return value;
}

static void *does_the_rest(void *value)
{
	DO(pthread_spin_lock(&spin));
	DO(pthread_spin_unlock(&spin));
	SYS(sem_post(&sem));
	SYS(sem_trywait(&sem));
	DO(pthread_cond_signal(&cond));
	DO(pthread_cond_broadcast(&cond));
	DO(pthread_tryjoin_np(target, NULL));
	DO(pthread_detach(target));
	return value;
}

static void runs(void)
{
	say("ran");
}

static void *calls_once(void *value)
{
	DO(pthread_once(&once, runs));
	return value;
}

CHECK(mutex_calls_are_no_cancellation_points, "0 0 0 0 0 0 0 0 0 0 returned")
{
	fresh();
	pending(locks_mutexes);
	end_target();
}

CHECK(rwlock_calls_are_no_cancellation_points, "0 0 0 0 ETIMEDOUT 0 0 0 0 0 0 returned")
{
	fresh();
	pending(locks_rwlocks);
	end_target();
}

CHECK(other_calls_that_are_no_cancellation_points, "0 0 0 0 0 0 EBUSY 0 returned")
{
	fresh();
	pending(does_the_rest);
	end = 1;
	usleep(2000);
}

CHECK(once_is_no_cancellation_point, "ran 0 returned")
{
	fresh();
	pending(calls_once);
	end_target();
}

static void *waits_for_sem(void *value)
{
	SYS(sem_wait(&sem));
	return value;
}

static void *waits_for_sem_timed(void *value)
{
	SYS(sem_timedwait(&sem, &past));
	return value;
}

/* Even when there is nothing to wait for. */
CHECK(sem_wait_looks_at_requests_first, "canceled canceled 0 0 EAGAIN")
{
	fresh();
	MUST(sem_post(&sem));
	MUST(sem_post(&sem));
	pending(waits_for_sem);
	pending(waits_for_sem_timed);
	SYS(sem_trywait(&sem));
	SYS(sem_trywait(&sem));
	SYS(sem_trywait(&sem));
	end_target();
}

static void *waits_for_cond_past(void *value)
{
	pthread_mutex_lock(&checked);
	pthread_cleanup_push(unlock_checked, NULL);
	DO(pthread_cond_timedwait(&cond, &checked, &past));
	pthread_cleanup_pop(1);
	return value;
}

CHECK(cond_timed_wait_in_the_past_with_a_request, "0 canceled")
{
	fresh();
	pending(waits_for_cond_past);
	end_target();
}

static void *joins_ended(void *value)
{
	DO(pthread_join(target, NULL));
	return value;
}

CHECK(join_of_a_thread_that_has_ended_looks_at_no_request, "0 returned")
{
	fresh();
	end = 1;
	until_ended(tid_of(&target_tid));
	pending(joins_ended);
}

static void *tests(void *value)
{
	pthread_testcancel();
	say("came too far");
	return value;
}

CHECK(testcancel_acts, "canceled")
{
	pending(tests);
}

/* ---- blocked in what is no cancellation point ---- */

static void *locks(void *value)
{
	tid = gettid();
	DO(pthread_mutex_lock(&mutex));
	DO(pthread_mutex_unlock(&mutex));
	pthread_testcancel();
	return value;
}

static void *writes(void *value)
{
	tid = gettid();
	DO(pthread_rwlock_wrlock(&rwlock));
	DO(pthread_rwlock_unlock(&rwlock));
	pthread_testcancel();
	return value;
}

static void *meets(void *value)
{
	tid = gettid();
	say("%d", pthread_barrier_wait(&barrier) == 0);
	pthread_testcancel();
	return value;
}

static pthread_t blocked(void *(*routine)(void *))
{
	pthread_t thread;

	MUST(pthread_create(&thread, NULL, routine, NULL));
	until_blocked(tid_of(&tid));
	MUST(pthread_cancel(thread));
	usleep(2000);
	until_blocked(tid);
	return thread;
}

CHECK(mutex_lock_waits_on_when_cancelled, "0 0 canceled")
{
	pthread_t thread;

	fresh();
	MUST(pthread_mutex_lock(&mutex));
	thread = blocked(locks);
	MUST(pthread_mutex_unlock(&mutex));
	say_end(thread);
	end_target();
}

CHECK(rwlock_waits_on_when_cancelled, "0 0 canceled")
{
	pthread_t thread;

	fresh();
	MUST(pthread_rwlock_rdlock(&rwlock));
	thread = blocked(writes);
	MUST(pthread_rwlock_unlock(&rwlock));
	say_end(thread);
	end_target();
}

CHECK(barrier_waits_on_when_cancelled, "1 canceled")
{
	pthread_t thread;

	fresh();
	thread = blocked(meets);
	must(pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD, "barrier", __FILE__, __LINE__);
	say_end(thread);
	end_target();
}

/* ---- states, types, handlers ---- */

static void *disabled(void *value)
{
	int before = -1;

	DO(pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before));
	say("%d", before);
	MUST(pthread_cancel(pthread_self()));
	pthread_mutex_lock(&mutex);
	DO(pthread_cond_timedwait(&cond, &mutex, soon(CLOCK_REALTIME)));
	pthread_mutex_unlock(&mutex);
	SYS(sem_timedwait(&sem, soon(CLOCK_REALTIME)));
	DO(pthread_timedjoin_np(target, NULL, soon(CLOCK_REALTIME)));
	pthread_testcancel();
	DO(pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &before));
	say("%d", before);
	pthread_testcancel();
	say("came too far");
	return value;
}

CHECK(cancellation_disabled_waits_for_its_time, "0 0 ETIMEDOUT ETIMEDOUT ETIMEDOUT 0 1 canceled")
{
	pthread_t thread;

	fresh();
	MUST(pthread_create(&thread, NULL, disabled, NULL));
	say_end(thread);
	end_target();
}

static void types(void)
{
	int before = -1;

	DO(pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &before));
	say("%d", before);
	DO(pthread_mutex_lock(&mutex));
	DO(pthread_mutex_unlock(&mutex));
	DO(pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, &before));
	say("%d", before);
	DO(pthread_setcanceltype(77, &before));
	DO(pthread_setcancelstate(77, &before));
}

CHECK(cancellation_types, "0 0 0 0 0 1 EINVAL EINVAL")
{
	fresh();
	in_thread(types);
	end_target();
}

/* What a thread finds of its settings after each call that might have changed them. */
static void say_settings(void)
{
	int state, type;

	MUST(pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state));
	MUST(pthread_setcancelstate(state, NULL));
	MUST(pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, &type));
	MUST(pthread_setcanceltype(type, NULL));
	say("%d%d", state, type);
}

static void settings(void)
{
	say_settings();
	pthread_mutex_lock(&mutex);
	say_settings();
	pthread_cond_timedwait(&cond, &mutex, soon(CLOCK_REALTIME));
	say_settings();
	pthread_mutex_unlock(&mutex);
	sem_timedwait(&sem, soon(CLOCK_REALTIME));
	pthread_timedjoin_np(target, NULL, soon(CLOCK_REALTIME));
	pthread_rwlock_rdlock(&rwlock);
	pthread_rwlock_unlock(&rwlock);
	pthread_once(&once, runs);
	say_settings();
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	pthread_mutex_lock(&mutex);
	pthread_cond_timedwait(&cond, &mutex, soon(CLOCK_REALTIME));
	pthread_mutex_unlock(&mutex);
	say_settings();
}

CHECK(calls_leave_the_settings_alone, "00 00 00 ran 00 10")
{
	fresh();
	in_thread(settings);
	end_target();
}

static void *spins_for_ever(void *unused)
{
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
	tid = gettid();
	while (end == 0)
		continue;
	return unused;
}

CHECK(asynchronous_cancellation, "0 canceled")
{
	pthread_t thread;

	fresh();
	MUST(pthread_create(&thread, NULL, spins_for_ever, NULL));
	tid_of(&tid);
	DO(pthread_cancel(thread));
	say_end(thread);
	end_target();
}

static void says(void *what)
{
	say("%s", (const char *)what);
}

static void says_and_locks(void *what)
{
	say("%s", (const char *)what);
	DO(pthread_mutex_lock(&mutex));
	DO(pthread_mutex_unlock(&mutex));
}

static void in_key(void *value)
{
	says_and_locks(value);
}

static pthread_key_t key;

static void *with_handlers(void *ends_how)
{
	pthread_setspecific(key, "key");
	pthread_cleanup_push(says, "outer");
	pthread_cleanup_push(says_and_locks, "middle");
	pthread_mutex_lock(&checked);
	tid = gettid();
	pthread_cleanup_push(unlock_checked, NULL);
	pthread_cleanup_push(says, "inner");
	if (ends_how)
		pthread_exit(ends_how);
	pthread_cond_wait(&cond, &checked);
	pthread_cleanup_pop(0);
	pthread_cleanup_pop(0);
	pthread_cleanup_pop(0);
	pthread_cleanup_pop(0);
	return NULL;
}

CHECK(handlers_run_inside_out_then_keys, "inner 0 middle 0 0 outer key 0 0 canceled inner 0 middle 0 0 outer key 0 0 returned")
{
	pthread_t thread;

	fresh();
	MUST(pthread_key_create(&key, in_key));
	MUST(pthread_create(&thread, NULL, with_handlers, NULL));
	until_blocked(tid_of(&tid));
	MUST(pthread_cancel(thread));
	say_end(thread);
	MUST(pthread_create(&thread, NULL, with_handlers, (void *)1));
	say_end(thread);
	MUST(pthread_key_delete(key));
	end_target();
}

/* Cancelled with a lock held and nobody to release it: it stays locked, as natively. */
static void *leaves_locked(void *unused)
{
	pthread_mutex_lock(&checked);
	tid = gettid();
	sem_wait(&sem);
	return unused;
}

CHECK(cancelled_with_a_lock_held, "canceled EBUSY EPERM")
{
	pthread_t thread;

	fresh();
	MUST(pthread_create(&thread, NULL, leaves_locked, NULL));
	until_blocked(tid_of(&tid));
	MUST(pthread_cancel(thread));
	say_end(thread);
	DO(pthread_mutex_trylock(&checked));
	DO(pthread_mutex_unlock(&checked));
	end_target();
}
