/*
 * c11.c: <threads.h>. libc's own call its internals directly, so they are wrapped by name. mtx_t and cnd_t are the pthread types by another
 * name, in glibc and musl alike; the results have other words.
 */
#include <errno.h>
#include <threads.h>

#include "cond.h"
#include "deadlock.h"
#include "mutex.h"
#include "once.h"
#include "real.h"
#include "segments.h"
#include "thread.h"

_Static_assert(sizeof(mtx_t) >= sizeof(pthread_mutex_t) - 0 && sizeof(cnd_t) == sizeof(pthread_cond_t),
	       "C11's types are those of pthreads");

static pthread_mutex_t *mutex_of(mtx_t *mutex)
{
	return (pthread_mutex_t *)(void *)mutex;
}

/* As libc does it. */
static int word(int result)
{
	switch (result) {
	case 0:
		return thrd_success;
	case ENOMEM:
		return thrd_nomem;
	case ETIMEDOUT:
		return thrd_timedout;
	case EBUSY:
		return thrd_busy;
	default:
		return thrd_error;
	}
}

/* ---- mutexes ---- */

EXPORT int mtx_init(mtx_t *mutex, int type)
{
	uint64_t before;
	int result;

	real_ready();
	before = mutex_before_init(mutex_of(mutex));
	result = real.mtx_init(mutex, type);
	if (result == thrd_success)
		mutex_initialised(mutex_of(mutex), before, SITE);
	return result;
}

EXPORT void mtx_destroy(mtx_t *mutex)
{
	mutex_destroy(mutex_of(mutex), SITE);
}

EXPORT int mtx_lock(mtx_t *mutex)
{
	return word(mutex_lock(mutex_of(mutex), SITE));
}

EXPORT int mtx_trylock(mtx_t *mutex)
{
	return word(mutex_trylock(mutex_of(mutex), SITE));
}

EXPORT int mtx_timedlock(mtx_t *restrict mutex, const struct timespec *restrict until)
{
	return word(mutex_lock_timed(mutex_of(mutex), &(struct timed){.until = until}, SITE));
}

EXPORT int mtx_unlock(mtx_t *mutex)
{
	return word(mutex_unlock(mutex_of(mutex), SITE));
}

/* ---- conditions ---- */

EXPORT int cnd_wait(cnd_t *cond, mtx_t *mutex)
{
	return word(cond_wait((pthread_cond_t *)(void *)cond, mutex_of(mutex), NULL, SITE));
}

EXPORT int cnd_timedwait(cnd_t *restrict cond, mtx_t *restrict mutex, const struct timespec *restrict until)
{
	return word(cond_wait((pthread_cond_t *)(void *)cond, mutex_of(mutex), &(struct timed){.until = until}, SITE));
}

EXPORT int cnd_signal(cnd_t *cond)
{
	cond_signalled((pthread_cond_t *)(void *)cond, SITE);
	return real.cnd_signal(cond);
}

EXPORT int cnd_broadcast(cnd_t *cond)
{
	cond_signalled((pthread_cond_t *)(void *)cond, SITE);
	return real.cnd_broadcast(cond);
}

EXPORT int cnd_init(cnd_t *cond)
{
	real_ready();
	segment_forget(cond);
	return real.cnd_init(cond);
}

EXPORT void cnd_destroy(cnd_t *cond)
{
	real_ready();
	segment_forget(cond);
	real.cnd_destroy(cond);
}

/* ---- threads ---- */

EXPORT int thrd_create(thrd_t *thread, thrd_start_t routine, void *argument)
{
	struct start *start;
	int result;

	real_ready();
	start = thread_starting((struct start){.c11 = routine, .argument = argument}, false, SITE);
	if (!start)
		return real.thrd_create(thread, routine, argument);
	result = real.thrd_create(thread, thread_run_c11, start);
	if (result != thrd_success)
		thread_not_started(start);
	return result;
}

EXPORT int thrd_join(thrd_t thread, int *value)
{
	int result;

	real_ready();
	if (thread_join_begins(thread, NULL, SITE))
		deadlock_watch(self_current);
	result = real.thrd_join(thread, value);
	thread_join_ends(thread, result == thrd_success, SITE);
	return result;
}

EXPORT int thrd_detach(thrd_t thread)
{
	real_ready();
	thread_detached(thread);
	return real.thrd_detach(thread);
}

EXPORT void thrd_exit(int value)
{
	real_ready();
	thread_exits(SITE);
	real.thrd_exit(value);
}

/* ---- once ---- */

EXPORT void call_once(once_flag *flag, void (*routine)(void))
{
	once((pthread_once_t *)(void *)flag, routine, SITE);
}
