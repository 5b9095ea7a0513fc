/*
 * deadlock.h: what happens when a thread is found to block for ever: the alarm line, and `on_deadlock`.
 */
#ifndef GRIDLOCK_DEADLOCK_H
#define GRIDLOCK_DEADLOCK_H

#include "held.h"

/* The thread asks, without a time limit, for a lock that it holds itself as `held` shows: the call would never return. Reports it (as
 * the leak of a lock that a jump went over, when that is how it came to be held), then does what on_deadlock says; returns when the
 * program is to go on and block. In the slow path. */
void deadlock_self(struct self *self, const struct request *request, const struct held *held);

/* The thread asks for a lock that was another thread's when this process was forked, which is recorded: what on_deadlock says; returns when the
 * program is to go on and block. In the slow path. */
void deadlock_forked(struct self *self);

/*
 * A thread that has published that it waits, and may be the last to join a ring of waits:
 *
 *   held_wait_begin(self, &request, 0);
 *   slice = {deadlock_near(self, holder), deadlock_may_be_asked(flags)};
 *   self_leave(self);
 *   if (slice.near || slice.asked)
 *           do { real lock, for slice_next } while (slice_again(self, &slice, result));
 *   real lock, unless that has been answered
 *
 * So who is in no ring blocks as ever; and who is gets the lock the moment that it is let go.
 */

/* Is there a ring through this thread? `holder` as in ring_possible. In the slow path. */
bool deadlock_near(struct self *self, int holder);
/* A slice later. The same ring for the second time: it is a deadlock, reported, and on_deadlock decides. True: there is one still, to be looked
 * at again. From the fast path. */
bool deadlock_still_near(struct self *self);
/* For a wait that cannot be cut in slices: stays here as long as there is a ring, a second at most. From the fast path. */
void deadlock_watch(struct self *self);

/* Does the launcher look after such a wait? A ring over several processes no thread of them sees, but the launcher, which asks those in it to end
 * their processes: they wait in slices too, and look in between whether they are asked. `flags`: LOCK_*, of the lock. */
bool deadlock_may_be_asked(uint32_t flags);

/* A second of a wait: its end is the slice's, or the program's own limit where that comes first. */
struct slice {
	bool near;  /* there is a ring in this process */
	bool asked; /* the launcher may ask */
	struct timed timed;
	struct timespec until;
	bool last; /* the limit is the program's own */
};
/* The next one. `own`: the program's limit, NULL: none; then the clock is CLOCK_MONOTONIC, if `monotonic`, else CLOCK_REALTIME. */
const struct timed *slice_next(struct slice *slice, const struct timed *own, bool monotonic);
/* After it, with what libc said: ends the process if that is asked for. True: another one is to follow. From the fast path. */
bool slice_again(struct self *self, struct slice *slice, int result);

#endif
