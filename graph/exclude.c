/* exclude.c: see exclude.h. */
#include "exclude.h"

#include "forced.h"

#define CHOICES_MAX 256	      /* choices of places that are worked out */
#define CLOCKS_MAX  20000000u /* and clocks, of all of them */

/* ---- acquisition histories ---- */

/* Has the thread, between taking its lock and standing at the link, taken and released this one, for good, in a way that conflicts? */
static bool went_through(const struct history *history, const struct place *place, uint32_t lock, bool held_exclusive)
{
	const struct history_object *object = &history->objects[lock];
	uint32_t first = history->threads[place->thread].first, low = 0, high = object->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (history->by_thread[object->first + middle] < first + place->takes)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < object->count && history->by_thread[object->first + low] < first + place->stop; low++) {
		uint32_t number = history->by_thread[object->first + low];
		const struct trace_event *event = history_event(history, place->thread, number - first);

		if (trace_is_acquire(event) && !TRACE_IS(event, TRACE_TRY) && history->match[number] != number - first &&
		    history->match[number] < place->stop && (held_exclusive || !TRACE_IS(event, TRACE_SHARED)))
			return true;
	}
	return false;
}

static bool always_exclusive(const struct history *history, const struct places_list *list)
{
	for (uint32_t i = 0; i < list->count; i++)
		if (TRACE_IS(history_event(history, list->list[i].thread, list->list[i].takes), TRACE_SHARED))
			return false;
	return true;
}

/* Has every thread that stood at link i gone through the lock of link j since it took its own? */
static bool always_through(const struct history *history, const struct places *places, uint32_t i, uint32_t j)
{
	bool exclusive = always_exclusive(history, &places->of[j]);

	if (history->objects[places->ring[j]].unbalanced)
		return false;
	for (uint32_t k = 0; k < places->of[i].count; k++)
		if (!went_through(history, &places->of[i].list[k], places->ring[j], exclusive))
			return false;
	return true;
}

static bool by_histories(const struct history *history, const struct places *places, struct exclusion *exclusion)
{
	for (uint32_t i = 0; i < places->links; i++)
		for (uint32_t j = i + 1; j < places->links; j++)
			if (always_through(history, places, i, j) && always_through(history, places, j, i)) {
				*exclusion = (struct exclusion){true, {i, j}};
				return true;
			}
	return false;
}

/* ---- every choice of places ---- */

static bool distinct(const struct place *const *at, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t j = 0; j < i; j++)
			if (at[i]->thread == at[j]->thread)
				return false;
	return true;
}

static bool by_force(const struct history *history, const struct places *places, bool weakly)
{
	uint32_t choice[PLACES_LINKS] = {0}, choices = 1, link;
	const struct place *at[PLACES_LINKS];

	for (uint32_t i = 0; i < places->links; i++) {
		if (places->of[i].count > CHOICES_MAX / choices)
			return false;
		choices *= places->of[i].count;
	}
	if ((uint64_t)choices * history->threads_count * history->events_count > CLOCKS_MAX)
		return false;
	do {
		for (uint32_t i = 0; i < places->links; i++)
			at[i] = &places->of[i].list[choice[i]];
		if (distinct(at, places->links) && !forced_apart(history, at, places->links, weakly))
			return false;
		for (link = 0; link < places->links && ++choice[link] == places->of[link].count; link++)
			choice[link] = 0;
	} while (link < places->links);
	return true;
}

bool exclude_ring(const struct history *history, const struct places_link *links, uint32_t count, bool weakly, struct exclusion *exclusion)
{
	struct places places;
	uint32_t link;
	bool excluded;

	*exclusion = (struct exclusion){0};
	excluded = places_find(&places, history, links, count, &link) == PLACES_FOUND &&
		   (by_histories(history, &places, exclusion) || by_force(history, &places, weakly));
	places_fini(&places, history);
	return excluded;
}
