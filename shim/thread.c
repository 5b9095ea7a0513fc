/* thread.c: threads: where they come from, how they end, what they are called. */
#include <errno.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <string.h>

#include "thread.h"

#include "attach.h"
#include "deadlock.h"
#include "events.h"
#include "held.h"
#include "real.h"
#include "sandbox.h"

/* ---- create ---- */

/* Left through _Unwind_ForcedUnwind: by pthread_exit, whose wrapper said so before, or by cancellation. */
static void unwound(void *argument)
{
	struct thread_info *info = argument;

	if (info->cause == CAUSE_NONE)
		info->cause = CAUSE_CANCEL;
}

/* In the slow path: a signal handler that came while the thread has the lock, and is in no slow path, would ask for it too. One that could not
 * be attached enters none, and its handlers neither. */
static void start_free(void *start)
{
	struct self *self = self_enter();

	if (state_lock(self)) {
		arena_free(&tables, start, sizeof(struct start));
		state_unlock(self);
	}
	if (self)
		self_leave(self);
}

/* The new thread's own copy of what it is to do. */
static struct start started(void *argument)
{
	struct start start = *(struct start *)argument;

	attach_child(start.info);
	if (self_current->attached)
		memcpy(self_current->passed, start.passed, sizeof(start.passed));
	start_free(argument);
	return start;
}

void *thread_run(void *argument)
{
	struct start start = started(argument);
	void *result;

	pthread_cleanup_push(unwound, start.info);
	result = start.routine(start.argument);
	pthread_cleanup_pop(0);
	start.info->cause = CAUSE_RETURN;
	return result;
}

int thread_run_c11(void *argument)
{
	struct start start = started(argument);
	int result;

	pthread_cleanup_push(unwound, start.info);
	result = start.c11(start.argument);
	pthread_cleanup_pop(0);
	start.info->cause = CAUSE_RETURN;
	return result;
}

/* The caller is in the slow path. */
static struct start *start_new(struct self *self, const struct start *what, bool detached, struct site site)
{
	uint32_t stack = stack_capture(self, site)->stack;
	const void *routine = what->routine ? (const void *)(uintptr_t)what->routine : (const void *)(uintptr_t)what->c11;
	struct start *start;

	if (!state_lock(self))
		return NULL;
	start = arena_alloc(&tables, sizeof(*start));
	if (start) {
		*start = *what;
		memcpy(start->passed, self->passed, sizeof(start->passed));
		start->info = attach_child_new(self, stack, routine);
	}
	if (start && start->info)
		start->info->detached = detached;
	if (!start || !start->info)
		event_missing();
	state_unlock(self);
	return start && start->info ? start : NULL;
}

struct start *thread_starting(struct start what, bool detached, struct site site)
{
	struct self *self = self_enter();
	struct start *start;

	if (!self)
		return NULL;
	start = start_new(self, &what, detached, site);
	self_leave(self);
	return start;
}

void thread_not_started(struct start *start)
{
	struct self *self = self_enter();

	if (!self)
		return;
	if (state_lock(self)) {
		attach_child_drop(start->info);
		arena_free(&tables, start, sizeof(*start));
		state_unlock(self);
	}
	self_leave(self);
}

EXPORT int pthread_create(pthread_t *restrict thread, const pthread_attr_t *restrict attributes, void *(*routine)(void *),
			  void *restrict argument)
{
	int detached = PTHREAD_CREATE_JOINABLE, result;
	struct start *start;

	real_ready();
	if (attributes)
		pthread_attr_getdetachstate(attributes, &detached);
	start = thread_starting((struct start){.routine = routine, .argument = argument}, detached == PTHREAD_CREATE_DETACHED, SITE);
	if (!start)
		return real.pthread_create(thread, attributes, routine, argument);
	result = real.pthread_create(thread, attributes, thread_run, start);
	if (result != 0)
		thread_not_started(start);
	return result;
}

/* ---- join, detach ---- */

/* The caller is in the slow path. */
static void join_begins(struct self *self, pthread_t thread)
{
	if (!state_lock(self))
		return;
	attach_join_begins(self, thread);
	state_unlock(self);
}

/* A ring with a lock in it that leads over a join leads over a lock that some joiner holds: who waits for a lock has to look only when there is
 * one. A ring of joins alone is closed by a join (ring_possible). */
static void count_join(struct self *self)
{
	if (!self->joins)
		atomic_fetch_add_explicit(&process->joins, 1, memory_order_seq_cst);
	if (!self->joins_holding && self->attached->depth) {
		atomic_fetch_add_explicit(&process->joins_holding, 1, memory_order_seq_cst);
		self->joins_holding = true;
	}
	self->joins = true;
}

static void uncount_join(struct self *self)
{
	if (self->joins)
		atomic_fetch_sub_explicit(&process->joins, 1, memory_order_relaxed);
	if (self->joins_holding)
		atomic_fetch_sub_explicit(&process->joins_holding, 1, memory_order_relaxed);
	self->joins = self->joins_holding = false;
}

static void join_ends(struct self *self, pthread_t thread, bool joined, struct site site)
{
	uint32_t stack = joined ? stack_capture(self, site)->stack : 0;

	if (!state_lock(self))
		return;
	attach_join_ends(self, thread, joined, stack);
	state_unlock(self);
}

bool thread_join_begins(pthread_t thread, const struct timed *limit, struct site site)
{
	struct self *self;
	bool near;

	real_ready();
	self = self_enter();
	if (!self)
		return false;
	/* What a jump has leaked is said now. */
	if (self->jumped)
		event_report_jumped(self);
	count_join(self);
	/* Whose end it waits for is told when that is known: here, or by the thread itself when it begins. */
	held_wait_for_join(self, thread, limit, site);
	join_begins(self, thread);
	near = deadlock_near(self, 0);
	self_leave(self);
	return near;
}

void thread_join_ends(pthread_t thread, bool joined, struct site site)
{
	struct self *self = self_enter();

	if (!self)
		return;
	held_wait_end(self);
	uncount_join(self);
	join_ends(self, thread, joined, site);
	self_leave(self);
}

/* Cancelled in a join. */
static void join_left(void *unused)
{
	(void)unused;
	thread_join_ends(self_current->join_thread, false, (struct site){0});
}

EXPORT int pthread_join(pthread_t thread, void **value)
{
	bool near = thread_join_begins(thread, NULL, SITE);
	int result;

	pthread_cleanup_push(join_left, NULL);
	if (near)
		deadlock_watch(self_current);
	result = real.pthread_join(thread, value);
	pthread_cleanup_pop(0);
	thread_join_ends(thread, result == 0, SITE);
	return result;
}

EXPORT int pthread_tryjoin_np(pthread_t thread, void **value)
{
	struct self *self;
	int result;

	real_ready();
	self = self_enter();
	if (!self)
		return real.pthread_tryjoin_np(thread, value);
	join_begins(self, thread);
	result = real.pthread_tryjoin_np(thread, value);
	join_ends(self, thread, result == 0, SITE);
	self_leave(self);
	return result;
}

/* Without a time it is a join like any other (pthread_tryjoin_np(3) leaves that open; glibc waits). */
EXPORT int pthread_timedjoin_np(pthread_t thread, void **value, const struct timespec *until)
{
	struct timed limit = {.until = until};
	bool near = thread_join_begins(thread, until ? &limit : NULL, SITE);
	int result;

	pthread_cleanup_push(join_left, NULL);
	if (near)
		deadlock_watch(self_current);
	result = real.pthread_timedjoin_np(thread, value, until);
	pthread_cleanup_pop(0);
	thread_join_ends(thread, result == 0, SITE);
	return result;
}

EXPORT int pthread_clockjoin_np(pthread_t thread, void **value, clockid_t clock, const struct timespec *until)
{
	struct timed limit = {.until = until, .clock = clock, .has_clock = true};
	bool near = thread_join_begins(thread, until ? &limit : NULL, SITE);
	int result;

	pthread_cleanup_push(join_left, NULL);
	if (near)
		deadlock_watch(self_current);
	result = real.pthread_clockjoin_np(thread, value, clock, until);
	pthread_cleanup_pop(0);
	thread_join_ends(thread, result == 0, SITE);
	return result;
}

void thread_detached(pthread_t thread)
{
	struct self *self;

	real_ready();
	self = self_enter();
	if (!self)
		return;
	if (state_lock(self)) {
		attach_detached(thread);
		state_unlock(self);
	}
	self_leave(self);
}

EXPORT int pthread_detach(pthread_t thread)
{
	thread_detached(thread);
	return real.pthread_detach(thread);
}

/* ---- exit ---- */

void thread_exits(struct site site)
{
	struct self *self;

	real_ready();
	self = self_enter();
	if (!self)
		return;
	self->info->cause = CAUSE_PTHREAD_EXIT;
	self->info->end_stack = stack_capture(self, site)->stack;
	self_leave(self);
}

EXPORT void pthread_exit(void *value)
{
	thread_exits(SITE);
	real.pthread_exit(value);
}

/* ---- names ---- */

static void named(pthread_t thread, const char *name)
{
	struct self *self = self_enter();

	if (!self)
		return;
	if (state_lock(self)) {
		attach_named(thread, name);
		state_unlock(self);
	}
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
	if (option == PR_SET_SECCOMP)
		sandbox_begin();
	result = real.prctl(option, words[0], words[1], words[2], words[3]);
	if (option == PR_SET_SECCOMP)
		sandbox_end(result == 0, words[0] == SECCOMP_MODE_FILTER ? (const void *)words[1] : NULL);
	if (result == 0 && option == PR_SET_NAME) {
		strncpy(name, (const char *)words[0], sizeof(name) - 1);
		name[sizeof(name) - 1] = '\0';
		named(pthread_self(), name);
	}
	return result;
}
