/* witness.c: see witness.h. */
#include "witness.h"

#include <string.h>

#define CHOICES_MAX  64 /* choices of threads that are tried, */
#define TRACES_MAX   16 /* while they have cost less than so many times the trace; */
#define BETTER_MAX   4	/* and less than this, when all that is wanted is a better one */
#define MEETINGS_MAX 32 /* places where they were at the same time */

/* The places of the thread chosen for a link. */
struct part {
	const struct place *list;
	uint32_t count;
	uint32_t at; /* the one that is tried */
};
struct search {
	struct history *history;
	const struct places_link *links;
	uint32_t count;
	struct places places;
	struct part parts[PLACES_LINKS];
	struct witness *witness;
	uint32_t choices, meetings;
	uint64_t events; /* looked at so far */
};

/* Each choice is linear in the trace, and there are many. */
static bool may_go_on(const struct search *search)
{
	uint64_t most = search->witness->kind == WITNESS_NONE ? TRACES_MAX : BETTER_MAX;

	return search->choices < CHOICES_MAX && search->events < most * ((uint64_t)search->history->events_count + 10000);
}

/* ---- the closure of a choice ---- */

static void stop_at(struct search *search, struct closure *closure, uint32_t link)
{
	const struct part *part = &search->parts[link];
	const struct place *here = &part->list[part->at];

	closure->limit[here->thread] = here->stop;
	closure_add(closure, here->thread, here->stop);
}

/* The link whose thread that is; HISTORY_NONE: it is of none. */
static uint32_t link_of(const struct search *search, uint32_t thread)
{
	for (uint32_t i = 0; i < search->count; i++)
		if (search->parts[i].list->thread == thread)
			return i;
	return HISTORY_NONE;
}

static void note_obstacle(struct search *search, enum witness_obstacle obstacle, uint32_t link, const struct closure *closure)
{
	struct witness *witness = search->witness;

	witness->obstacle = obstacle;
	witness->link = link;
	if (!closure)
		return;
	witness->threads[link] = search->parts[link].list->thread;
	witness->cause = closure->cause[witness->threads[link]];
}

/* The thread had to go further than its place: on to the next one that it has not passed. False: there is none. */
static bool move_on(struct search *search, struct closure *closure)
{
	uint32_t link = link_of(search, closure->exceeded);
	struct part *part;

	if (closure->impossible || link == HISTORY_NONE)
		return false;
	part = &search->parts[link];
	while (part->at < part->count && part->list[part->at].stop < closure->frontier[part->list->thread])
		part->at++;
	if (part->at == part->count)
		return false;
	stop_at(search, closure, link);
	return true;
}

/* The earliest places, from those chosen on, at which the set is closed. With `fixed`, only those. */
static bool settle(struct search *search, struct closure *closure, bool fixed)
{
	for (uint32_t i = 0; i < search->count; i++)
		stop_at(search, closure, i);
	while (!closure_close(closure))
		if (fixed || !move_on(search, closure))
			return false;
	return true;
}

static bool write_down(struct search *search, const struct closure *closure, bool keep)
{
	struct witness *witness = search->witness, found = {.kind = WITNESS_PLAIN, .kept = keep};
	struct schedule_last last[PLACES_LINKS];

	for (uint32_t i = 0; i < search->count; i++) {
		const struct place *here = &search->parts[i].list[search->parts[i].at];

		found.threads[i] = here->thread;
		found.stops[i] = here->stop;
		found.takes[i] = here->takes;
		last[i] = (struct schedule_last){here->thread, here->asked};
	}
	if (!schedule_make(&found.schedule, closure, last, search->count)) {
		note_obstacle(search, OBSTACLE_NO_ORDER, 0, NULL);
		return false;
	}
	*witness = found;
	return true;
}

static bool try_places(struct search *search, bool keep, bool fixed, bool tell)
{
	struct closure closure;
	bool found;

	if (!closure_init(&closure, search->history, keep, search->places.ring, search->count, search->history->arena)) {
		note_obstacle(search, OBSTACLE_MEMORY, 0, NULL);
		return false;
	}
	found = settle(search, &closure, fixed) && write_down(search, &closure, keep);
	if (!found && tell && search->witness->obstacle != OBSTACLE_NO_ORDER) {
		uint32_t link = closure.exceeded == HISTORY_NONE ? HISTORY_NONE : link_of(search, closure.exceeded);

		note_obstacle(search, link == HISTORY_NONE ? OBSTACLE_MEMORY : OBSTACLE_PAST, link == HISTORY_NONE ? 0 : link,
			      link == HISTORY_NONE ? NULL : &closure);
	}
	search->events += closure.events;
	closure_fini(&closure);
	return found;
}

/* ---- were they there at the same time? ---- */

/* a before b; times of one trace are never half their range apart. */
static bool earlier(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

static uint32_t time_of(const struct search *search, const struct place *here, uint32_t event)
{
	return history_event(search->history, here->thread, event)->time;
}

/* Had `asker` asked for its lock before `taker`, who wants it from it, got it? Told exactly by the lock's own sequence. */
static bool asked_before(const struct search *search, const struct place *asker, const struct place *taker)
{
	if (taker->got == HISTORY_NONE)
		return true;
	return history_event(search->history, asker->thread, asker->asked)->sequence <
	       history_event(search->history, taker->thread, taker->got)->sequence;
}

/* Is the one's time at its link over, by the clock, before the other's begins? */
static bool over_before(const struct search *search, const struct place *one, const struct place *other, bool surely)
{
	uint32_t end, begin;

	if (one->got == HISTORY_NONE)
		return false;
	end = time_of(search, one, one->got);
	begin = time_of(search, other, other->asked);
	return surely ? earlier(end, begin) : !earlier(begin, end);
}

/* Neighbours in the ring are compared by the lock that both know; of others only the clock tells, and in doubt they did not meet. */
static bool met(const struct search *search)
{
	for (uint32_t i = 0; i < search->count; i++)
		for (uint32_t j = 0; j < search->count; j++) {
			const struct place *one = &search->parts[i].list[search->parts[i].at];
			const struct place *other = &search->parts[j].list[search->parts[j].at];
			bool before = (i + 1) % search->count == j ? !asked_before(search, other, one)
								   : i != j && over_before(search, one, other, false);

			if (before)
				return false;
		}
	return true;
}

/* Moves the parts behind the first to where they may have met it. False: there is no such place. */
static bool line_up(struct search *search)
{
	const struct place *first = &search->parts[0].list[search->parts[0].at];

	for (uint32_t i = 1; i < search->count; i++) {
		struct part *part = &search->parts[i];

		while (part->at < part->count && over_before(search, &part->list[part->at], first, true))
			part->at++;
		if (part->at == part->count)
			return false;
	}
	return true;
}

/* Tries the places, one after the other, at which the threads chosen were at the same time. */
static bool find_meeting(struct search *search)
{
	struct part saved[PLACES_LINKS];
	bool found = false;

	memcpy(saved, search->parts, sizeof(saved));
	for (uint32_t i = 0; i < search->count; i++)
		search->parts[i].at = 0;
	while (!found && search->parts[0].at < search->parts[0].count && search->meetings < MEETINGS_MAX && may_go_on(search) &&
	       line_up(search)) {
		/* Of neighbours' places several may be within one tick of the clock: the next one too. */
		for (uint32_t i = 1; i < search->count && !met(search); i++)
			if (search->parts[i].at + 1 < search->parts[i].count)
				search->parts[i].at++;
		if (met(search)) {
			search->meetings++;
			found = try_places(search, true, true, false);
		}
		search->parts[0].at++;
		for (uint32_t i = 1; i < search->count; i++)
			search->parts[i].at -= search->parts[i].at > 0;
	}
	if (found)
		search->witness->kind = WITNESS_STRONG;
	memcpy(search->parts, saved, sizeof(saved));
	return found;
}

/* ---- choices of threads ---- */

/* The next thread that has places for the link, behind the part's present one. False: there is none. */
static bool next_thread(struct search *search, uint32_t link)
{
	const struct places_list *all = &search->places.of[link];
	struct part *part = &search->parts[link];
	const struct place *list = part->list ? part->list + part->count : all->list, *end = all->list + all->count;
	uint32_t count = 0;

	while (list + count < end && list[count].thread == list->thread)
		count++;
	*part = (struct part){list, count, 0};
	return count != 0;
}

static bool is_taken(const struct search *search, uint32_t link)
{
	for (uint32_t i = 0; i < link; i++)
		if (search->parts[i].list->thread == search->parts[link].list->thread)
			return true;
	return false;
}

/* The next choice of threads, none of them twice. `link`: where to go on, the last one; at the beginning 0, with no part set. */
static bool next_choice(struct search *search, uint32_t link)
{
	for (;;) {
		if (!next_thread(search, link)) {
			search->parts[link] = (struct part){0};
			if (link-- == 0)
				return false;
			continue;
		}
		if (is_taken(search, link))
			continue;
		if (++link == search->count)
			return true;
	}
}

/* The threads that the cycle was judged with; false: not all of them are at their links, in the trace. */
static bool preferred_choice(struct search *search)
{
	for (uint32_t i = 0; i < search->count; i++) {
		uint32_t thread = history_thread(search->history, search->links[i].thread);

		do {
			if (!next_thread(search, i))
				return false;
		} while (search->parts[i].list->thread != thread);
		if (is_taken(search, i))
			return false;
	}
	return true;
}

/* Returns whether it is the best that there is. */
static bool try_choice(struct search *search)
{
	struct part parts[PLACES_LINKS];
	bool tell = search->choices++ == 0, found = search->witness->kind != WITNESS_NONE;

	memcpy(parts, search->parts, sizeof(parts));
	if ((!found || !search->witness->kept) && try_places(search, true, false, tell))
		found = true;
	memcpy(search->parts, parts, sizeof(parts));
	if (search->witness->kept && find_meeting(search))
		return true;
	if (!found)
		try_places(search, false, false, tell);
	memcpy(search->parts, parts, sizeof(parts));
	return false;
}

static void try_choices(struct search *search)
{
	if (preferred_choice(search) && try_choice(search))
		return;
	memset(search->parts, 0, sizeof(search->parts));
	for (uint32_t link = 0; may_go_on(search) && next_choice(search, link); link = search->count - 1)
		if (try_choice(search))
			return;
	if (search->choices == 0)
		note_obstacle(search, OBSTACLE_THREADS, 0, NULL);
}

void witness_find(struct history *history, const struct places_link *links, uint32_t count, struct witness *witness)
{
	struct search search = {.history = history, .links = links, .count = count, .witness = witness};
	enum places_result result;
	uint32_t link;

	memset(witness, 0, sizeof(*witness));
	result = places_find(&search.places, history, links, count, &link);
	if (result == PLACES_FOUND)
		try_choices(&search);
	else
		note_obstacle(&search, result == PLACES_NO_MEMORY ? OBSTACLE_MEMORY : OBSTACLE_NOT_TRACED, link, NULL);
	places_fini(&search.places, history);
}
