/* deadlock.c: see deadlock.h. */
#include "deadlock.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "events.h"
#include "finish.h"
#include "holders.h"
#include "real.h"
#include "rings.h"
#include "sandbox.h"
#include "settings.h"
#include "sink.h"
#include "text.h"

/* What follows the fact itself: at most this long. */
#define TAIL (sizeof(sink_directory) + 40)

/* The one line that the library itself ever writes. Where no report follows at once it tells how to get one. */
static void alarm_line(struct text *text)
{
	text->room += TAIL;
	if (settings.on_deadlock != ON_DEADLOCK_REPORT)
		text_add(text, "; ending the process");
	else if (settings.launched)
		text_add(text_add_number(text_add(text, "; gridlock dump "), (uint64_t)getpid()), " tells more");
	else
		text_add(text_add(text_add(text, "; gridlock report "), sink_directory), " tells more");
	text_add(text, "\n");
	/* By a raw call: the library function is a cancellation point. */
	if (sandbox_allows(SYS_write, STDERR_FILENO, 0, 0, 0))
		real.syscall(SYS_write, STDERR_FILENO, text->start, text->used);
}

static void alarm_thread(const struct self *self, const char *why)
{
	char line[200 + TAIL];
	struct text text = text_into(line, sizeof(line) - TAIL);

	text_add(&text, "gridlock: deadlock: thread ");
	text_add_number(&text, self->info->tid);
	if (self->info->name[0])
		text_add(text_add(text_add(&text, " ("), self->info->name), ")");
	text_add(&text, " of process ");
	text_add_number(&text, (uint64_t)getpid());
	text_add(&text, why);
	alarm_line(&text);
}

static void alarm_ring(const uint32_t *tids, uint32_t count)
{
	char line[300 + TAIL];
	struct text text = text_into(line, sizeof(line) - TAIL);

	text_add(&text, "gridlock: deadlock: threads ");
	for (uint32_t i = 0; i < count; i++)
		text_add_number(text_add(&text, i ? ", " : ""), tids[i]);
	text_add_number(text_add(&text, " of process "), (uint64_t)getpid());
	text_add(&text, " wait for each other");
	alarm_line(&text);
}

/* Not by the library function, which is a cancellation point. False: the program's filter does not let us. */
static bool sleep_for(const struct timespec *time)
{
	if (!sandbox_allows(SYS_nanosleep, (long)time, 0, 0, 0))
		return false;
	real.syscall(SYS_nanosleep, time, NULL);
	return true;
}

/* ---- a thread that waits for itself ---- */

static void report_self(struct self *self, const struct request *request, const struct held *held)
{
	struct evidence evidence = {.rule = held->cause ? RULE_LOCK_LEAKED : RULE_SELF_DEADLOCK, .cause = held->cause, .lock = held->lock};

	evidence_add(&evidence, LABEL_ACQUIRED, self->info->id, held->stack, held->mode);
	evidence_add(&evidence, LABEL_JUMPED, self->info->id, held->jump_stack, 0);
	evidence_add(&evidence, LABEL_WANTED, self->info->id, stack_capture(self, request->site)->stack, request->mode);
	/* Did a signal come in between? */
	if (self->signals && evidence.rule == RULE_SELF_DEADLOCK)
		evidence.signal = (uint8_t)(__builtin_ctzll(self->signals) + 1);
	event_finding(self, &evidence);
}

/* What on_deadlock says but for `report`; there is no return from it. */
static void end_process(struct self *self)
{
	finish_deadlocked(self, settings.on_deadlock == ON_DEADLOCK_ABORT);
}

void deadlock_self(struct self *self, const struct request *request, const struct held *held)
{
	const struct timespec second = {.tv_sec = 1};

	report_self(self, request, held);
	alarm_thread(self, " waits for a lock that it holds itself");
	if (settings.on_deadlock == ON_DEADLOCK_REPORT)
		return;
	/* Another thread may still unlock it for this one. */
	sleep_for(&second);
	holder_take_posted(self);
	if (held_find(self, request->address))
		end_process(self);
}

/* ---- a forked child that waits for a thread of its parent's ---- */

void deadlock_forked(struct self *self)
{
	const struct timespec second = {.tv_sec = 1};

	alarm_thread(self, " waits for a lock that another thread held at the fork");
	if (settings.on_deadlock == ON_DEADLOCK_REPORT)
		return;
	/* As long as for any other one: what else there is to be said gets said. */
	sleep_for(&second);
	end_process(self);
}

/* ---- threads that wait for each other ---- */

#define TIDS_SHOWN 16

bool deadlock_near(struct self *self, int holder)
{
	self->ring = ring_possible(self, holder) ? ring_find(self) : 0;
	return self->ring != 0;
}

/* The ring of the last look is there again. False: there is nothing more to look for. */
static bool same_again(struct self *self)
{
	bool again = false;
	uint32_t tids[TIDS_SHOWN], count = ring_record(self, self->ring, tids, TIDS_SHOWN, &again);

	/* It may still end by itself. */
	if (count == 0)
		return true;
	if (again)
		return false;
	alarm_ring(tids, count);
	if (settings.on_deadlock != ON_DEADLOCK_REPORT)
		end_process(self);
	return false;
}

bool deadlock_still_near(struct self *self)
{
	bool still = false;
	uint64_t ring;

	if (!self_enter())
		return false;
	ring = ring_find(self);
	if (ring)
		still = ring != self->ring || same_again(self);
	self->ring = ring;
	self_leave(self);
	return still;
}

static bool still_there(struct self *self)
{
	bool there;

	if (!self_enter())
		return false;
	there = ring_find(self) == self->ring;
	self_leave(self);
	return there;
}

void deadlock_watch(struct self *self)
{
	const struct timespec moment = {.tv_nsec = 10000000};

	/* Whatever ends the ring is not to wait for us. */
	for (int i = 0; i < 100; i++)
		if (!sleep_for(&moment) || !still_there(self))
			return;
	deadlock_still_near(self);
}

/* ---- a ring over several processes ---- */

bool deadlock_may_be_asked(uint32_t flags)
{
	return (flags & LOCK_PROCESS_SHARED) && settings.launched && settings.on_deadlock != ON_DEADLOCK_REPORT;
}

static void end_if_asked(struct self *self)
{
	const struct slot *slot = self->attached;
	uint64_t asked = atomic_load_explicit(&slot->end_asked, memory_order_relaxed);

	if (asked && asked == atomic_load_explicit(&slot->wait_sequence, memory_order_relaxed) && self_enter())
		end_process(self);
}

/* ---- slices ---- */

static bool before(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec < b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec < b->tv_nsec);
}

const struct timed *slice_next(struct slice *slice, const struct timed *own, bool monotonic)
{
	int saved = errno;

	slice->timed = own ? *own : (struct timed){.clock = monotonic ? CLOCK_MONOTONIC : CLOCK_REALTIME, .has_clock = monotonic};
	slice->last = clock_gettime(slice->timed.has_clock ? slice->timed.clock : CLOCK_REALTIME, &slice->until) != 0;
	errno = saved;
	slice->until.tv_sec++;
	slice->last |= own && before(own->until, &slice->until);
	if (!slice->last)
		slice->timed.until = &slice->until;
	return slice->last ? own : &slice->timed;
}

bool slice_again(struct self *self, struct slice *slice, int result)
{
	if (slice->asked)
		end_if_asked(self);
	if (result != ETIMEDOUT || slice->last)
		return false;
	slice->near = slice->near && deadlock_still_near(self);
	return slice->near || slice->asked;
}
