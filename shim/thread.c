/* thread.c: threads: where they come from, how they end, what they are called. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "attach.h"
#include "events.h"
#include "held.h"
#include "real.h"

/* ---- create ---- */

/* What a new thread is to do; made by its creator, freed by itself. */
struct start {
	void *(*routine)(void *);
	void *argument;
	struct thread_info *info;
};

/* Left through _Unwind_ForcedUnwind: by pthread_exit, whose wrapper said so before, or by cancellation. */
static void unwound(void *argument)
{
	struct thread_info *info = argument;

	if (info->cause == CAUSE_NONE)
		info->cause = CAUSE_CANCEL;
}

static void *run(void *argument)
{
	struct start start = *(struct start *)argument;
	void *result;

	if (state_lock(NULL)) {
		arena_free(&tables, argument, sizeof(start));
		state_unlock(NULL);
	}
	attach_child(start.info);
	pthread_cleanup_push(unwound, start.info);
	result = start.routine(start.argument);
	pthread_cleanup_pop(0);
	start.info->cause = CAUSE_RETURN;
	return result;
}

static struct start *start_new(struct self *self, const pthread_attr_t *attributes, void *(*routine)(void *), void *argument,
			       struct site site)
{
	uint32_t stack = stack_capture(self, site)->stack;
	int detached = PTHREAD_CREATE_JOINABLE;
	struct start *start;

	if (attributes)
		pthread_attr_getdetachstate(attributes, &detached);
	if (!state_lock(self))
		return NULL;
	start = arena_alloc(&tables, sizeof(*start));
	if (start)
		*start = (struct start){routine, argument, attach_child_new(self, stack, routine)};
	if (start && start->info)
		start->info->detached = detached == PTHREAD_CREATE_DETACHED;
	state_unlock(self);
	return start && start->info ? start : NULL;
}

EXPORT int pthread_create(pthread_t *restrict thread, const pthread_attr_t *restrict attributes, void *(*routine)(void *),
			  void *restrict argument)
{
	struct start *start = NULL;
	struct self *self;
	int result;

	real_ready();
	self = self_enter();
	if (self) {
		start = start_new(self, attributes, routine, argument, SITE);
		self_leave(self);
	}
	if (!start)
		return real.pthread_create(thread, attributes, routine, argument);
	result = real.pthread_create(thread, attributes, run, start);
	if (result != 0 && self_enter()) {
		if (state_lock(self)) {
			attach_child_drop(start->info);
			arena_free(&tables, start, sizeof(*start));
			state_unlock(self);
		}
		self_leave(self);
	}
	return result;
}

/* ---- join, detach ---- */

static void joined(pthread_t thread, struct site site)
{
	struct self *self = self_enter();
	uint32_t stack;

	if (!self)
		return;
	stack = stack_capture(self, site)->stack;
	if (state_lock(self)) {
		attach_joined(self, thread, stack);
		state_unlock(self);
	}
	self_leave(self);
}

/* Before a wait that is none for a lock: what a jump has leaked is said now. */
static void about_to_block(void)
{
	struct self *self;

	real_ready();
	if (!self_current->jumped)
		return;
	self = self_enter();
	if (!self)
		return;
	event_report_jumped(self);
	self_leave(self);
}

EXPORT int pthread_join(pthread_t thread, void **value)
{
	int result;

	about_to_block();
	result = real.pthread_join(thread, value);
	if (result == 0)
		joined(thread, SITE);
	return result;
}

EXPORT int pthread_tryjoin_np(pthread_t thread, void **value)
{
	int result;

	real_ready();
	result = real.pthread_tryjoin_np(thread, value);
	if (result == 0)
		joined(thread, SITE);
	return result;
}

EXPORT int pthread_timedjoin_np(pthread_t thread, void **value, const struct timespec *until)
{
	int result;

	about_to_block();
	result = real.pthread_timedjoin_np(thread, value, until);
	if (result == 0)
		joined(thread, SITE);
	return result;
}

EXPORT int pthread_clockjoin_np(pthread_t thread, void **value, clockid_t clock, const struct timespec *until)
{
	int result;

	about_to_block();
	result = real.pthread_clockjoin_np(thread, value, clock, until);
	if (result == 0)
		joined(thread, SITE);
	return result;
}

EXPORT int pthread_detach(pthread_t thread)
{
	struct self *self;

	real_ready();
	self = self_enter();
	/* Before the real one: after it the number may belong to another thread. */
	if (self) {
		if (state_lock(self)) {
			attach_detached(thread);
			state_unlock(self);
		}
		self_leave(self);
	}
	return real.pthread_detach(thread);
}

/* ---- exit ---- */

EXPORT void pthread_exit(void *value)
{
	struct self *self;

	real_ready();
	self = self_enter();
	if (self) {
		self->info->cause = CAUSE_PTHREAD_EXIT;
		self->info->end_stack = stack_capture(self, SITE)->stack;
		self_leave(self);
	}
	real.pthread_exit(value);
}

/* ---- names ---- */

static void named(pthread_t thread, const char *name)
{
	struct self *self = self_enter();
	struct thread_info *info = NULL;

	if (!self)
		return;
	if (pthread_equal(thread, pthread_self())) {
		info = self->info;
	} else if (state_lock(self)) {
		info = attach_find(thread);
		state_unlock(self);
	}
	if (info)
		event_named(self, info, name);
	self_leave(self);
}

EXPORT int pthread_setname_np(pthread_t thread, const char *name)
{
	int result;

	real_ready();
	result = real.pthread_setname_np(thread, name);
	if (result == 0)
		named(thread, name);
	return result;
}

/* PR_SET_NAME is how many programs name a thread. The kernel's prctl takes five words whatever the option. */
EXPORT int prctl(int option, ...)
{
	unsigned long words[4];
	va_list arguments;
	char name[16];
	int result;

	real_ready();
	va_start(arguments, option);
	for (int i = 0; i < 4; i++)
		words[i] = va_arg(arguments, unsigned long);
	va_end(arguments);
	result = real.prctl(option, words[0], words[1], words[2], words[3]);
	if (result == 0 && option == PR_SET_NAME) {
		strncpy(name, (const char *)words[0], sizeof(name) - 1);
		name[sizeof(name) - 1] = '\0';
		named(pthread_self(), name);
	}
	return result;
}
