/* places.c: see places.h. */
#include "places.h"

#include <string.h>

static const struct trace_event *event_of(const struct history *history, uint32_t number, uint32_t *thread, uint32_t *index)
{
	*thread = history->owner[number];
	*index = number - history->threads[*thread].first;
	return history_event(history, *thread, *index);
}

/* The request, just before it, that the acquisition was waited for by; else the acquisition. */
static uint32_t asked_at(const struct history *history, uint32_t thread, uint32_t acquired)
{
	const struct trace_event *event = history_event(history, thread, acquired);
	const struct trace_event *before = acquired ? history_event(history, thread, acquired - 1) : NULL;
	bool waited = before && trace_is_request(before) && before->object == event->object && TRACE_STACK(before) == TRACE_STACK(event);

	return waited ? acquired - 1 : acquired;
}

static bool place_add(struct places_list *list, struct arena *arena, struct place place)
{
	if (list->count == list->room) {
		uint32_t room = list->room ? list->room * 2 : 64;
		struct place *larger = arena_alloc(arena, room * sizeof(*larger));

		if (!larger)
			return false;
		if (list->room)
			memcpy(larger, list->list, list->room * sizeof(*larger));
		arena_free(arena, list->list, list->room * sizeof(*larger));
		list->list = larger;
		list->room = room;
	}
	list->list[list->count++] = place;
	return true;
}

/* A walk through the sections of one lock, thread by thread. */
struct sections {
	const struct history *history;
	const struct history_object *object;
	uint32_t next;	 /* place in the object's list */
	uint32_t thread; /* of the last event walked over */
	uint32_t open;	 /* the acquisition that is not released yet, of that thread */
};

/* The acquisition of the section that the event of that number lies in; HISTORY_NONE: in none. Numbers must come in order. */
static uint32_t section_around(struct sections *walk, uint32_t thread, uint32_t number)
{
	const struct history *history = walk->history;

	while (walk->next < walk->object->count && history->by_thread[walk->object->first + walk->next] < number) {
		uint32_t at = history->by_thread[walk->object->first + walk->next++], index;
		const struct trace_event *event = event_of(history, at, &walk->thread, &index);

		if (trace_is_request(event) || history->match[at] == index)
			continue;
		walk->open = trace_is_acquire(event) ? index : HISTORY_NONE;
	}
	return walk->thread == thread ? walk->open : HISTORY_NONE;
}

/* What the link asks for is in this event: where it stands, or, when it waited there, where it got it (then *last is completed). */
static bool is_place(const struct history *history, const struct places_link *link, const struct places_list *list, uint32_t number,
		     uint32_t thread, uint32_t index)
{
	const struct trace_event *event = history_event(history, thread, index);
	struct place *last = list->count ? &list->list[list->count - 1] : NULL;

	if (TRACE_STACK(event) != link->wanted_stack || TRACE_OP(event) == TRACE_RELEASE)
		return false;
	if (trace_is_request(event))
		return true;
	if (history->match[number] == index)
		return false; /* it has the lock already */
	if (last && last->thread == thread && last->stop + 1 == index && asked_at(history, thread, index) == last->stop) {
		last->got = index;
		return false;
	}
	return true;
}

/* Every place of one link. False: no memory. */
static bool find(struct places *places, const struct history *history, const struct places_link *about, uint32_t link)
{
	const struct history_object *wanted = &history->objects[places->ring[(link + 1) % places->links]];
	struct sections walk = {history, &history->objects[places->ring[link]], 0, HISTORY_NONE, HISTORY_NONE};
	struct places_list *list = &places->of[link];

	for (uint32_t i = 0; i < wanted->count; i++) {
		uint32_t number = history->by_thread[wanted->first + i], thread, index, takes;
		const struct trace_event *event = event_of(history, number, &thread, &index);

		if (!is_place(history, about, list, number, thread, index))
			continue;
		takes = section_around(&walk, thread, number);
		if (takes == HISTORY_NONE || TRACE_STACK(history_event(history, thread, takes)) != about->held_stack)
			continue;
		if (!place_add(list, history->arena,
			       (struct place){.thread = thread,
					      .stop = index,
					      .got = trace_is_acquire(event) ? index : HISTORY_NONE,
					      .takes = takes,
					      .asked = asked_at(history, thread, takes)}))
			return false;
	}
	return true;
}

enum places_result places_find(struct places *places, const struct history *history, const struct places_link *links, uint32_t count,
			       uint32_t *link)
{
	*places = (struct places){.links = count};
	for (*link = 0; *link < count; ++*link) {
		places->ring[*link] = history_lock(history, links[*link].held);
		if (places->ring[*link] == HISTORY_NONE)
			return PLACES_NOT_TRACED;
	}
	for (*link = 0; *link < count; ++*link) {
		if (!find(places, history, &links[*link], *link))
			return PLACES_NO_MEMORY;
		if (places->of[*link].count == 0)
			return PLACES_NOT_TRACED;
	}
	return PLACES_FOUND;
}

void places_fini(struct places *places, const struct history *history)
{
	for (uint32_t i = 0; i < places->links; i++)
		arena_free(history->arena, places->of[i].list, places->of[i].room * sizeof(struct place));
}
