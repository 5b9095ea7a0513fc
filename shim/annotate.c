/*
 * annotate.c: what programs tell other tools about locks of their own: dynamic_annotations.h (AnnotateRWLock...) and ThreadSanitizer's
 * sanitizer/tsan_interface.h (__tsan_mutex_...). Programs call them where they are there, by weak references; so these are there.
 *
 * With the runtime of ThreadSanitizer in the process the program's calls are for it, and it hears of each one as if we were not there.
 */
#include <stdbool.h>

#include "custom.h"
#include "real.h"

/* ---- dynamic_annotations.h ---- */

#define ANNOTATE(name) forward((void **)&real.name, #name)

/* Is there a runtime that has this function too? Looked up once: without one there is nothing to be found. */
static bool forward(void **slot, const char *name)
{
	static char none;

	if (likely(__sanitizer_print_stack_trace == NULL))
		return false;
	real_ready();
	if (!*slot) {
		void *found = dlsym(RTLD_NEXT, name);

		*slot = found ? found : &none;
	}
	return *slot != &none;
}

/* A lock that is written is exclusive. */
static unsigned of_writer(long is_writer)
{
	return is_writer ? 0 : CUSTOM_SHARED;
}

EXPORT void AnnotateRWLockCreate(const char *file, int line, const volatile void *lock)
{
	if (ANNOTATE(AnnotateRWLockCreate))
		real.AnnotateRWLockCreate(file, line, lock);
	custom_create((const void *)lock, 0, SITE);
}

/* Of a static one, which no constructor makes; it may be in use already. */
EXPORT void AnnotateRWLockCreateStatic(const char *file, int line, const volatile void *lock)
{
	if (ANNOTATE(AnnotateRWLockCreateStatic))
		real.AnnotateRWLockCreateStatic(file, line, lock);
}

EXPORT void AnnotateRWLockDestroy(const char *file, int line, const volatile void *lock)
{
	if (ANNOTATE(AnnotateRWLockDestroy))
		real.AnnotateRWLockDestroy(file, line, lock);
	custom_destroy((const void *)lock, SITE);
}

EXPORT void AnnotateRWLockAcquired(const char *file, int line, const volatile void *lock, long is_writer)
{
	if (ANNOTATE(AnnotateRWLockAcquired))
		real.AnnotateRWLockAcquired(file, line, lock, is_writer);
	custom_acquired((const void *)lock, of_writer(is_writer), SITE);
}

EXPORT void AnnotateRWLockReleased(const char *file, int line, const volatile void *lock, long is_writer)
{
	custom_will_release((const void *)lock, of_writer(is_writer), SITE);
	if (ANNOTATE(AnnotateRWLockReleased))
		real.AnnotateRWLockReleased(file, line, lock, is_writer);
}

/* ---- sanitizer/tsan_interface.h ---- */

/* Its flags; the header is not everywhere. */
enum {
	TSAN_LINKER_INIT = 1 << 0,
	TSAN_WRITE_REENTRANT = 1 << 1,
	TSAN_READ_LOCK = 1 << 3,
	TSAN_TRY_LOCK = 1 << 4,
	TSAN_TRY_LOCK_FAILED = 1 << 5,
	TSAN_RECURSIVE_LOCK = 1 << 6,
	TSAN_RECURSIVE_UNLOCK = 1 << 7,
};

static unsigned of_flags(unsigned flags)
{
	return (flags & TSAN_WRITE_REENTRANT ? CUSTOM_REENTRANT : 0) | (flags & TSAN_READ_LOCK ? CUSTOM_SHARED : 0) |
	       (flags & TSAN_TRY_LOCK ? CUSTOM_TRY : 0);
}

EXPORT void __tsan_mutex_create(void *lock, unsigned flags)
{
	if (ANNOTATE(__tsan_mutex_create))
		real.__tsan_mutex_create(lock, flags);
	/* It may be in use already. */
	if (!(flags & TSAN_LINKER_INIT) || (flags & TSAN_WRITE_REENTRANT))
		custom_create(lock, of_flags(flags), SITE);
}

EXPORT void __tsan_mutex_destroy(void *lock, unsigned flags)
{
	if (ANNOTATE(__tsan_mutex_destroy))
		real.__tsan_mutex_destroy(lock, flags);
	if (!(flags & TSAN_LINKER_INIT))
		custom_destroy(lock, SITE);
}

/* Between a pre and its post the lock is at work: what it is made of is nobody's business. */
EXPORT void __tsan_mutex_pre_lock(void *lock, unsigned flags)
{
	if (!(flags & TSAN_TRY_LOCK))
		custom_will_acquire(lock, of_flags(flags), SITE);
	custom_ignore(true);
	if (ANNOTATE(__tsan_mutex_pre_lock))
		real.__tsan_mutex_pre_lock(lock, flags);
}

EXPORT void __tsan_mutex_post_lock(void *lock, unsigned flags, int recursion)
{
	if (ANNOTATE(__tsan_mutex_post_lock))
		real.__tsan_mutex_post_lock(lock, flags, recursion);
	custom_ignore(false);
	if (flags & TSAN_TRY_LOCK_FAILED)
		custom_not_acquired(lock);
	else
		for (int i = 0; i == 0 || ((flags & TSAN_RECURSIVE_LOCK) && i < recursion); i++)
			custom_acquired(lock, of_flags(flags), SITE);
}

/* The lock goes as often as the thread has it; returns how often. */
static int release_wholly(const void *lock)
{
	int times = 0;

	while (plain_release(lock))
		times++;
	return times;
}

EXPORT int __tsan_mutex_pre_unlock(void *lock, unsigned flags)
{
	int times = 1;

	if (flags & TSAN_RECURSIVE_UNLOCK)
		times = release_wholly(lock);
	else
		custom_will_release(lock, of_flags(flags), SITE);
	custom_ignore(true);
	return ANNOTATE(__tsan_mutex_pre_unlock) ? real.__tsan_mutex_pre_unlock(lock, flags) : times;
}

EXPORT void __tsan_mutex_post_unlock(void *lock, unsigned flags)
{
	if (ANNOTATE(__tsan_mutex_post_unlock))
		real.__tsan_mutex_post_unlock(lock, flags);
	custom_ignore(false);
}

EXPORT void __tsan_mutex_pre_signal(void *lock, unsigned flags)
{
	custom_ignore(true);
	if (ANNOTATE(__tsan_mutex_pre_signal))
		real.__tsan_mutex_pre_signal(lock, flags);
}

EXPORT void __tsan_mutex_post_signal(void *lock, unsigned flags)
{
	if (ANNOTATE(__tsan_mutex_post_signal))
		real.__tsan_mutex_post_signal(lock, flags);
	custom_ignore(false);
}

/* In between it does something else, which is to be looked at. */
EXPORT void __tsan_mutex_pre_divert(void *lock, unsigned flags)
{
	custom_ignore(false);
	if (ANNOTATE(__tsan_mutex_pre_divert))
		real.__tsan_mutex_pre_divert(lock, flags);
}

EXPORT void __tsan_mutex_post_divert(void *lock, unsigned flags)
{
	if (ANNOTATE(__tsan_mutex_post_divert))
		real.__tsan_mutex_post_divert(lock, flags);
	custom_ignore(true);
}
