/* declare.c: the functions of include/gridlock.h, which is their manual. */
#include "include/gridlock.h"

#include "custom.h"
#include "events.h"
#include "identity.h"
#include "memory.h"

_Static_assert(CUSTOM_REENTRANT == GRIDLOCK_REENTRANT && CUSTOM_SHARED == GRIDLOCK_SHARED && CUSTOM_TRY == GRIDLOCK_TRY &&
		       CUSTOM_TIMED == GRIDLOCK_TIMED,
	       "the flags of gridlock.h");

/* ---- names, orders ---- */

EXPORT void gridlock_name(const volatile void *lock, const char *name)
{
	struct self *self = self_enter();

	if (!self)
		return;
	event_name(self, identity_declared(self, (const void *)lock, SITE), name);
	self_leave(self);
}

EXPORT void gridlock_class(const volatile void *lock, const char *name)
{
	struct self *self = self_enter();

	if (!self)
		return;
	event_class(self, identity_declared(self, (const void *)lock, SITE), name);
	self_leave(self);
}

EXPORT void gridlock_subclass(const volatile void *lock, unsigned number)
{
	struct self *self = self_enter();

	if (!self)
		return;
	event_subclass(self, identity_declared(self, (const void *)lock, SITE), (uint8_t)number);
	self_leave(self);
}

EXPORT void gridlock_order(const volatile void *before, const volatile void *after)
{
	struct self *self = self_enter();
	uint64_t first, second;

	if (!self)
		return;
	first = identity_declared(self, (const void *)before, SITE);
	second = identity_declared(self, (const void *)after, SITE);
	event_order(self, first, second, stack_capture(self, SITE)->stack);
	self_leave(self);
}

/* ---- what is not looked at ---- */

EXPORT void gridlock_ignore_begin(void)
{
	custom_ignore(true);
}

EXPORT void gridlock_ignore_end(void)
{
	custom_ignore(false);
}

EXPORT void gridlock_forget(const volatile void *memory, unsigned long size)
{
	memory_forget((const void *)memory, size, SITE);
}

/* ---- locks of the program's own ---- */

EXPORT void gridlock_lock_create(const volatile void *lock, unsigned flags)
{
	custom_create((const void *)lock, flags, SITE);
}

EXPORT void gridlock_lock_destroy(const volatile void *lock)
{
	custom_destroy((const void *)lock, SITE);
}

EXPORT void gridlock_will_acquire(const volatile void *lock, unsigned flags)
{
	custom_will_acquire((const void *)lock, flags, SITE);
}

EXPORT void gridlock_acquired(const volatile void *lock, unsigned flags)
{
	custom_acquired((const void *)lock, flags, SITE);
}

EXPORT void gridlock_not_acquired(const volatile void *lock)
{
	custom_not_acquired((const void *)lock);
}

EXPORT void gridlock_will_release(const volatile void *lock, unsigned flags)
{
	custom_will_release((const void *)lock, flags, SITE);
}
