/* ring_trace.c: what the trace has to say of a cycle. See ring.h. */
#include <string.h>

#include "graph/exclude.h"
#include "ring.h"
#include "witness.h"

#define EXCLUSIONS_MAX 1000 /* rings that are looked up in the trace: it takes its time */

static bool is_traced(const struct image *image)
{
	struct recording_header *header = (struct recording_header *)(uintptr_t)image->header;

	return atomic_load(&header->trace_chunks) || atomic_load(&header->limits[LIMIT_TRACE]);
}

bool ring_history_is_whole(const struct judge *judge, struct owner owner)
{
	const struct image *image = &judge->builder->run->images[owner.image];
	struct recording_header *header = (struct recording_header *)(uintptr_t)image->header;

	return atomic_load(&header->limits[LIMIT_TRACE]) == 0 && image->torn == 0;
}

struct history *ring_history(struct judge *judge, struct owner owner)
{
	const struct image *image = &judge->builder->run->images[owner.image];

	if (!judge->traced && !judge->several && !judge->by_class && is_traced(image))
		judge->history = witness_history(image, owner.process, &judge->arena);
	judge->traced = true;
	return judge->history;
}

static struct places_link link_in_trace(const struct judge *judge, const struct cycles_link *link)
{
	const struct cycles_dependency *dependency = &judge->dependencies[link->dependency];
	const struct cycles_held *held = &dependency->held[link->held];

	return (struct places_link){
		.held = (uint32_t)judge->by_index[held->lock]->number,
		.held_stack = judge->sites[held->stack].stack,
		.wanted = (uint32_t)judge->by_index[dependency->lock]->number,
		.wanted_stack = judge->sites[dependency->stack].stack,
		.thread = link->witness.thread ? (uint32_t)judge->thread_by_index[link->witness.thread]->key.number : 0,
	};
}

bool ring_excluded(void *ctx, struct cycle *cycle, bool weakly)
{
	struct judge *judge = ctx;
	struct owner owner = judge->owners[cycle->links[0].dependency];
	struct history *history = ring_history(judge, owner);
	struct places_link links[PLACES_LINKS];
	struct exclusion exclusion;

	if (cycle->reader_behind_writer || !history || !ring_history_is_whole(judge, owner) || judge->exclusions++ > EXCLUSIONS_MAX)
		return false;
	for (uint32_t i = 0; i < cycle->length; i++)
		links[i] = link_in_trace(judge, &cycle->links[i]);
	if (!exclude_ring(history, links, cycle->length, weakly, &exclusion))
		return false;
	cycle->histories = exclusion.histories;
	memcpy(cycle->event_links, exclusion.links, sizeof(exclusion.links));
	return true;
}

const struct witnessed *ring_witness(struct judge *judge, const struct cycle *cycle)
{
	struct owner owner = judge->owners[cycle->links[0].dependency];
	struct places_link links[PLACES_LINKS];

	if (cycle->rule != RULE_LOCK_ORDER_CYCLE || judge->by_class || !is_traced(&judge->builder->run->images[owner.image]))
		return NULL;
	if (cycle->reader_behind_writer)
		return witness_none(judge->builder,
				    "readers wait for a writer who waits in between, and schedules of such are not looked for");
	if (judge->several)
		return witness_none(judge->builder, "its parts are of several processes, each of which has a trace of its own");
	if (!ring_history(judge, owner))
		return witness_none(judge->builder, "this process has no trace");
	for (uint32_t i = 0; i < cycle->length; i++)
		links[i] = link_in_trace(judge, &cycle->links[i]);
	return witness_tell(judge->builder, judge->history, links, cycle->length);
}
