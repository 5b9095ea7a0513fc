/*
 * glib.c: GMutex and GCond, which are made of futexes. Calls from inside libglib do not pass here. GRecMutex and GRWLock are not here: they are
 * pthread locks on the heap, and libglib's calls for them are seen.
 */
#include "held.h"
#include "plain.h"
#include "real.h"

#define GLIB(name) real_other((void **)&real.name, #name, SITE.caller)

EXPORT void g_mutex_lock(void *mutex)
{
	struct plain call = PLAIN(mutex, KIND_GLIB);

	GLIB(g_mutex_trylock);
	GLIB(g_mutex_lock);
	if (unlikely(!real.g_mutex_trylock(mutex))) {
		plain_ask(&call);
		real.g_mutex_lock(mutex);
	}
	plain_answer(&call, true);
}

EXPORT int g_mutex_trylock(void *mutex)
{
	struct plain call = PLAIN(mutex, KIND_GLIB);
	int result;

	GLIB(g_mutex_trylock);
	call.how = LOCK_TRY;
	result = real.g_mutex_trylock(mutex);
	if (result)
		plain_answer(&call, true);
	return result;
}

EXPORT void g_mutex_unlock(void *mutex)
{
	struct plain call = PLAIN(mutex, KIND_GLIB);

	GLIB(g_mutex_unlock);
	if (unlikely(!plain_release(mutex)))
		plain_release_misused(&call, false);
	real.g_mutex_unlock(mutex);
}

EXPORT void g_mutex_init(void *mutex)
{
	struct plain call = PLAIN(mutex, KIND_GLIB);

	GLIB(g_mutex_init);
	real.g_mutex_init(mutex);
	plain_init(&call, 0);
}

EXPORT void g_mutex_clear(void *mutex)
{
	struct plain call = PLAIN(mutex, KIND_GLIB);

	GLIB(g_mutex_clear);
	plain_destroy(&call);
	real.g_mutex_clear(mutex);
}

/* ---- conditions: as in cond.c, but no wait of these can be cancelled ---- */

/* The thread gives its mutex up for the wait. False: it is not known to hold it. */
static bool wait_begin(struct plain *call, const void *cond)
{
	struct self *self = self_current;

	if (!self->slot || !held_find(self, call->address) || !plain_release(call->address))
		return false;
	call->later = true;
	plain_ask(call);
	if (call->asked && self_enter()) {
		held_wait_for(self, WAIT_CONDITION, LOCK_BLOCKING, cond, call->id, call->site);
		self_leave(self);
	}
	return true;
}

EXPORT void g_cond_wait(void *cond, void *mutex)
{
	struct plain call = PLAIN(mutex, KIND_GLIB);
	bool held;

	GLIB(g_cond_wait);
	held = wait_begin(&call, cond);
	real.g_cond_wait(cond, mutex);
	if (held)
		plain_answer(&call, true);
}

EXPORT int g_cond_wait_until(void *cond, void *mutex, int64_t until)
{
	struct plain call = PLAIN(mutex, KIND_GLIB);
	int result;
	bool held;

	GLIB(g_cond_wait_until);
	held = wait_begin(&call, cond);
	result = real.g_cond_wait_until(cond, mutex, until);
	if (held)
		plain_answer(&call, true);
	return result;
}
