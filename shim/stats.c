/* stats.c: see stats.h. */
#include "stats.h"

#include "settings.h"
#include "sink.h"
#include "trace.h"

#define CHECK_EVERY 4096u /* acquisitions: then the memo's stack is compared with the live one */

void stats_begin(struct self *self)
{
	self->counts = settings.stats;
	if (self->counts)
		self->direct = 0;
	/* Its first entry of the slow path is over with the one that it is in. */
	self->entered = self->counts ? state_now() : 0;
}

static void flush(struct self *self)
{
	for (int i = 0; i < STAT_COUNT; i++) {
		sink_stat((enum recording_stat)i, self->stats[i]);
		self->stats[i] = 0;
	}
}

void stats_end(struct self *self)
{
	if (self->counts)
		flush(self);
	self->counts = false;
}

void stats_process_ends(struct self *self)
{
	if (!self->counts)
		return;
	self->stats[STAT_MEMORY] = state_pages_total();
	flush(self);
}

void stats_enter(struct self *self)
{
	self->entered = state_now();
}

void stats_leave(struct self *self)
{
	self->stats[STAT_SLOW]++;
	self->stats[STAT_SLOW_NSEC] += state_now() - self->entered;
	flush(self);
}

/* Is what the memo says of this call true? */
static void check(struct self *self, struct site site)
{
	self->counts = false; /* what this takes is not what gridlock takes */
	if (self_enter()) {
		self->stats[STAT_CHECKED]++;
		self->stats[STAT_WRONG] += stack_is_wrong(self, site);
		self_leave(self);
	}
	self->counts = true;
	flush(self);
}

bool stats_push(struct self *self, uint64_t lock, const void *address, uint64_t mode_and_how, struct site site)
{
	bool pushed;

	self->stats[STAT_ACQUISITIONS]++;
	self->stats[STAT_NESTED] += self->attached->depth != 0;
	if (++self->unchecked >= CHECK_EVERY) {
		self->unchecked = 0;
		check(self, site);
	}
	if (self->look || self->ignored || trace_on(self))
		return false;
	/* Would the fast path do it? */
	self->direct = SLOT_HELD;
	pushed = held_push_known(self, lock, address, mode_and_how, site);
	/* Whoever looks at a new stack leaves it as it is here too. */
	self->direct = self->look_direct = 0;
	return pushed;
}
