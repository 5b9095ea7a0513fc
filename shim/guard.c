/*
 * guard.c: static variables of C++ functions: the thread that initialises one holds its guard, and others wait for it. The compiler calls
 * here only while the variable is not initialised yet. Left by an exception, the guard is given up by __cxa_guard_abort.
 */
#include "plain.h"
#include "real.h"

EXPORT int __cxa_guard_acquire(int64_t *guard)
{
	struct plain call = PLAIN(guard, KIND_STATIC_INIT);
	int result;

	real_other((void **)&real.__cxa_guard_acquire, "__cxa_guard_acquire", call.site.caller);
	plain_ask(&call);
	result = real.__cxa_guard_acquire(guard);
	plain_answer(&call, result != 0);
	return result;
}

EXPORT void __cxa_guard_release(int64_t *guard)
{
	real_other((void **)&real.__cxa_guard_release, "__cxa_guard_release", SITE.caller);
	plain_release(guard);
	real.__cxa_guard_release(guard);
}

EXPORT void __cxa_guard_abort(int64_t *guard)
{
	real_other((void **)&real.__cxa_guard_abort, "__cxa_guard_abort", SITE.caller);
	plain_release(guard);
	real.__cxa_guard_abort(guard);
}
