/* steer.c: see steer.h. */
#include "steer.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "events.h"
#include "graph/steer.h"
#include "real.h"
#include "settings.h"
#include "sink.h"

#define STACKS	  65536u
#define STANDERS  64u
#define SPENT_MAX 5000u /* milliseconds of waiting in vain at one link: a program that comes by all the time is to end too */

static struct steer_plan plan;
static struct places {
	uint8_t held, wanted;		/* bit i: where link i takes them */
	uint8_t held_made, wanted_made; /* where they are made */
} * places;				/* by number of stack */

/* Who stands at a link now; a thread has one entry for each lock that it may stand there with. In memory that a forked child finds wiped. */
static struct crowd {
	struct stander {
		const struct self *self; /* NULL: free */
		uint64_t held, wanted;
		uint8_t links; /* bit i: it may be link i of the ring */
		bool go;
	} standers[STANDERS];
	uint32_t spent[STEER_LINKS];
	_Atomic uint32_t arrivals; /* a futex: moves when a ring is complete */
} * crowd;

static bool link_is_whole(const struct steer_link *link)
{
	return link->held.count <= STEER_FRAMES && link->wanted.count <= STEER_FRAMES && link->held_class.made.count <= STEER_FRAMES &&
	       link->wanted_class.made.count <= STEER_FRAMES;
}

void steer_init(void)
{
	int fd = settings.steer[0] ? open(settings.steer, O_RDONLY | O_CLOEXEC) : -1;
	bool whole = fd >= 0 && read(fd, &plan, sizeof(plan)) == (ssize_t)sizeof(plan);

	if (fd >= 0)
		close(fd);
	whole = whole && plan.magic == STEER_MAGIC && plan.links <= STEER_LINKS;
	for (uint32_t i = 0; whole && i < plan.links; i++)
		whole = link_is_whole(&plan.link[i]);
	crowd = whole ? state_pages((sizeof(*crowd) + 4095) & ~(size_t)4095, true) : NULL;
	places = crowd ? state_pages(STACKS * sizeof(*places), false) : NULL;
	if (places)
		real_never_try();
}

void steer_stack(uint32_t stack, const frame_t *frames, uint32_t count)
{
	if (!places || stack >= STACKS)
		return;
	for (uint32_t i = 0; i < plan.links; i++) {
		const struct steer_link *link = &plan.link[i];

		places[stack].held |= (uint8_t)(steer_site_is_on(&link->held, frames, count) << i);
		places[stack].wanted |= (uint8_t)(steer_site_is_on(&link->wanted, frames, count) << i);
		places[stack].held_made |= (uint8_t)(steer_site_is_on(&link->held_class.made, frames, count) << i);
		places[stack].wanted_made |= (uint8_t)(steer_site_is_on(&link->wanted_class.made, frames, count) << i);
	}
}

/* Of these links those whose held, or wanted, lock is of this one's class. Caller holds process->lock. */
static uint8_t of_class(uint64_t lock, uint8_t links, bool held)
{
	const struct lock_key *key = event_lock_key(lock);

	for (uint32_t i = 0; i < plan.links; i++) {
		const struct steer_class *class = held ? &plan.link[i].held_class : &plan.link[i].wanted_class;
		bool same = !class->offset && !class->made.count;

		if (key && key->kind == CLASS_STATIC)
			same |= class->offset && FRAME_OFFSET(key->frame) == class->offset;
		else if (key && key->stack < STACKS)
			same |= (held ? places[key->stack].held_made : places[key->stack].wanted_made) >> i & 1;
		if (!same)
			links &= (uint8_t) ~(1u << i);
	}
	return links;
}

/* ---- the ring ---- */

static bool in_ring(const struct stander *const *ring, uint32_t length, const struct self *self)
{
	for (uint32_t i = 0; i < length; i++)
		if (ring[i]->self == self)
			return true;
	return false;
}

/* Continues the ring, of which `length` links are chosen, the first being link `first` of the plan. At most 64^8 choices; what fits is rare. */
static bool complete(const struct stander **ring, uint32_t length, uint32_t first)
{
	if (length == plan.links)
		return ring[length - 1]->wanted == ring[0]->held;
	for (uint32_t i = 0; i < STANDERS; i++) {
		struct stander *next = &crowd->standers[i];

		if (!next->self || next->go || next->held != ring[length - 1]->wanted ||
		    !(next->links >> (first + length) % plan.links & 1) || in_ring(ring, length, next->self))
			continue;
		ring[length] = next;
		if (complete(ring, length + 1, first))
			return true;
	}
	return false;
}

/* Does the ring close with this one? Then all in it go. */
static bool closes(struct stander *last)
{
	const struct stander *ring[STEER_LINKS] = {last};

	for (uint32_t first = 0; first < plan.links; first++) {
		if (!(last->links >> first & 1) || !complete(ring, 1, first))
			continue;
		for (uint32_t i = 0; i < STANDERS; i++)
			for (uint32_t j = 0; j < plan.links; j++)
				crowd->standers[i].go |= &crowd->standers[i] == ring[j];
		return true;
	}
	return false;
}

/* ---- standing ---- */

/* Enters the thread with each lock that it may stand there with. Returns all links; *closed: the ring did. Caller holds process->lock. */
static uint8_t stand(struct self *self, uint64_t wanted, uint8_t links, bool *closed)
{
	uint8_t all = 0;

	for (uint32_t i = 0; i < self->attached->depth && !*closed; i++) {
		const struct held *held = self_held(self, i);
		uint8_t fits = held->stack < STACKS ? places[held->stack].held & links : 0;

		if (!fits || !held->lock || held->lock == wanted || (held->flags & HELD_UNKNOWN))
			continue;
		fits = of_class(held->lock, fits, true);
		for (uint32_t at = 0; at < STANDERS && fits; at++)
			if (!crowd->standers[at].self) {
				crowd->standers[at] = (struct stander){self, held->lock, wanted, fits, false};
				*closed = closes(&crowd->standers[at]);
				all |= fits;
				break;
			}
	}
	return all;
}

/* Is the thread to go? Caller holds process->lock. */
static bool may_go(const struct self *self)
{
	for (uint32_t i = 0; i < STANDERS; i++)
		if (crowd->standers[i].self == self && crowd->standers[i].go)
			return true;
	return false;
}

static void leave(const struct self *self)
{
	for (uint32_t i = 0; i < STANDERS; i++)
		if (crowd->standers[i].self == self)
			crowd->standers[i].self = NULL;
}

/* Has the thread, with one of its entries, to do with another one that stands there? Or is it the first? */
static bool is_connected(const struct self *self)
{
	bool alone = true;

	for (uint32_t i = 0; i < STANDERS; i++) {
		const struct stander *other = &crowd->standers[i];

		if (!other->self || other->self == self)
			continue;
		alone = false;
		for (uint32_t j = 0; j < STANDERS; j++) {
			const struct stander *mine = &crowd->standers[j];

			if (mine->self == self && (mine->held == other->wanted || mine->wanted == other->held))
				return true;
		}
	}
	return alone;
}

static bool patience_is_left(uint8_t links)
{
	for (uint32_t i = 0; i < plan.links; i++)
		if ((links >> i & 1) && crowd->spent[i] < SPENT_MAX)
			return true;
	return false;
}

/* Waits until a ring is complete, or `until` has come. */
static void wait_for_arrival(uint32_t seen, uint64_t until)
{
	uint64_t now = state_now();
	struct timespec rest;

	if (now >= until)
		return;
	rest.tv_sec = (time_t)((until - now) / 1000000000u);
	rest.tv_nsec = (long)((until - now) % 1000000000u);
	real.syscall(SYS_futex, &crowd->arrivals, FUTEX_WAIT_PRIVATE, seen, &rest, NULL, 0);
}

static void announce(void)
{
	atomic_fetch_add(&crowd->arrivals, 1);
	atomic_fetch_add(&sink_header->steered, 1);
	real.syscall(SYS_futex, &crowd->arrivals, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

/* Its time is up, or the others have come. Caller holds process->lock. */
static bool is_done(const struct self *self, uint8_t links, uint64_t until)
{
	if (may_go(self))
		return true;
	if (state_now() < until)
		return false;
	for (uint32_t i = 0; i < plan.links; i++)
		crowd->spent[i] += links >> i & 1 ? plan.patience : 0;
	return true;
}

static void wait_for_others(struct self *self, uint8_t links)
{
	uint64_t until = state_now() + plan.patience * 1000000ull;
	bool done = false;

	while (!done) {
		uint32_t seen = atomic_load(&crowd->arrivals);

		if (!state_lock(self))
			return;
		done = is_done(self, links, until);
		if (done)
			leave(self);
		state_unlock(self);
		if (!done)
			wait_for_arrival(seen, until);
	}
}

void steer_request(struct self *self, const struct request *request, uint32_t stack)
{
	uint8_t links = places && stack < STACKS ? places[stack].wanted : 0;
	bool closed = false, waits;

	if (!links || self->attached->depth == 0 || !state_lock(self))
		return;
	links = stand(self, request->lock, of_class(request->lock, links, false), &closed);
	waits = links && !closed && patience_is_left(links) && (!plan.connected || is_connected(self));
	if (!waits)
		leave(self);
	state_unlock(self);
	if (closed)
		announce();
	if (waits)
		wait_for_others(self, links);
}
