/* classify.c: see classify.h. */
#include "classify.h"

#include <string.h>

enum {
#define RULE(id, name, level, text) RULE_##id,
#include "rules.def"
#undef RULE
};

static const struct cycles_dependency *dependency_of(const struct cycles_input *input, const struct cycle *cycle, uint32_t link)
{
	return &input->dependencies[cycle->links[link].dependency];
}

/* The lock that a link holds, as held by it. */
static const struct cycles_held *held_of(const struct cycles_input *input, const struct cycle *cycle, uint32_t link)
{
	return &dependency_of(input, cycle, link)->held[cycle->links[link].held];
}

/* ---- threads ---- */

/* How many choices a link has; one of which nothing is known stands for a thread of its own. */
static uint32_t choices(const struct cycles_input *input, const struct cycle *cycle, uint32_t link)
{
	uint32_t count = dependency_of(input, cycle, link)->witness_count;

	return count ? count : 1;
}

static bool choose(const struct cycles_input *input, const struct cycle *cycle, uint32_t link, uint32_t choice,
		   struct cycles_witness *witness)
{
	const struct cycles_dependency *dependency = dependency_of(input, cycle, link);

	*witness = dependency->witness_count ? dependency->witnesses[choice] : (struct cycles_witness){0};
	return dependency->witness_count != 0;
}

/* What two witnesses of a choice must not be. */
enum order { ORDER_ANY, ORDER_NOT_STRONG, ORDER_NONE_AT_ALL };

/* Does an event put `a` before `b`, one that matters? */
static bool comes_before(const struct cycles_input *input, struct cycles_witness a, struct cycles_witness b, enum order order)
{
	struct fact_before event;

	return input->before(input->ctx, a, b, &event) && (order == ORDER_NONE_AT_ALL || !EVENT_IS_WEAK(event.event));
}

/* May this choice for `link` stand beside those of the links before it: another thread, and not ordered against any? */
static bool fits(const struct cycles_input *input, struct cycle *cycle, uint32_t link, enum order order)
{
	struct cycles_witness mine = cycle->links[link].witness;

	for (uint32_t i = 0; i < link; i++) {
		struct cycles_witness other = cycle->links[i].witness;

		if (mine.thread == 0 || other.thread == 0)
			continue;
		if (mine.thread == other.thread)
			return false;
		if (order != ORDER_ANY && input->before &&
		    (comes_before(input, mine, other, order) || comes_before(input, other, mine, order)))
			return false;
	}
	return true;
}

/* Chooses witnesses of distinct threads for all links (that no event orders, if asked), by backtracking: at most 16 choices for each of
 * at most 8 links, and a wrong one is seen at once. False: there is no such choice. */
static bool choose_witnesses(const struct cycles_input *input, struct cycle *cycle, enum order order)
{
	uint32_t choice[64] = {0}, link = 0, steps = 0;

	while (link < cycle->length) {
		if (choice[link] == choices(input, cycle, link) || ++steps > 200000) {
			choice[link] = 0;
			if (link-- == 0)
				return false;
			continue;
		}
		choose(input, cycle, link, choice[link]++, &cycle->links[link].witness);
		if (fits(input, cycle, link, order) && ++link < cycle->length)
			choice[link] = 0;
	}
	return true;
}

/* The event that orders the witnesses chosen; a weak one only if asked for. */
static void name_event(const struct cycles_input *input, struct cycle *cycle, enum order order)
{
	for (uint32_t i = 0; i < cycle->length; i++)
		for (uint32_t j = 0; j < cycle->length; j++)
			if (i != j && comes_before(input, cycle->links[i].witness, cycle->links[j].witness, order)) {
				input->before(input->ctx, cycle->links[i].witness, cycle->links[j].witness, &cycle->event);
				cycle->event_links[0] = i;
				cycle->event_links[1] = j;
				return;
			}
}

/* ---- modes and gates ---- */

/* Does link i ask shared for what the next one holds shared, of a lock that lets readers pass waiting writers? */
static bool find_compatible(const struct cycles_input *input, struct cycle *cycle)
{
	for (uint32_t i = 0; i < cycle->length; i++) {
		const struct cycles_dependency *dependency = dependency_of(input, cycle, i);

		if (dependency->mode != LOCK_SHARED || held_of(input, cycle, (i + 1) % cycle->length)->mode != LOCK_SHARED)
			continue;
		cycle->why_link = i;
		if (!dependency->writer_preferring)
			return true;
		cycle->reader_behind_writer = true;
	}
	return false;
}

/* A link that is cut may have held whatever the other one holds, or held too, beside the lock of the ring. */
static bool may_share_gate(const struct cycles_dependency *a, const struct cycles_dependency *b)
{
	return (a->cut && (b->cut || b->held_count > 1)) || (b->cut && a->held_count > 1);
}

static bool gated_by(struct cycle *cycle, uint64_t gate, uint32_t i, uint32_t j)
{
	cycle->gate = gate;
	cycle->gate_links[0] = i;
	cycle->gate_links[1] = j;
	return true;
}

/* A lock that both links hold, exclusively on at least one side: their sections never run at once. */
static bool find_gate_between(const struct cycles_input *input, struct cycle *cycle, uint32_t i, uint32_t j)
{
	const struct cycles_dependency *a = dependency_of(input, cycle, i), *b = dependency_of(input, cycle, j);

	for (uint32_t m = 0; m < a->held_count; m++)
		for (uint32_t n = 0; n < b->held_count; n++)
			if (a->held[m].lock == b->held[n].lock && (a->held[m].mode == LOCK_EXCLUSIVE || b->held[n].mode == LOCK_EXCLUSIVE))
				return gated_by(cycle, a->held[m].lock, i, j);
	return may_share_gate(a, b) && gated_by(cycle, 0, i, j);
}

static bool find_gate(const struct cycles_input *input, struct cycle *cycle)
{
	for (uint32_t i = 0; i < cycle->length; i++)
		for (uint32_t j = i + 1; j < cycle->length; j++)
			if (find_gate_between(input, cycle, i, j))
				return true;
	return false;
}

static bool find_timed(const struct cycles_input *input, struct cycle *cycle)
{
	for (uint32_t i = 0; i < cycle->length; i++) {
		if (dependency_of(input, cycle, i)->how == LOCK_TIMED) {
			cycle->why_link = i;
			return true;
		}
	}
	return false;
}

void classify_cycle(const struct cycles_input *input, struct cycle *cycle)
{
	if (!choose_witnesses(input, cycle, ORDER_ANY)) {
		for (uint32_t i = 0; i < cycle->length; i++)
			choose(input, cycle, i, 0, &cycle->links[i].witness);
		cycle->rule = RULE_CYCLE_SINGLE_THREAD;
	} else if (find_compatible(input, cycle)) {
		cycle->rule = RULE_CYCLE_COMPATIBLE;
	} else if (find_gate(input, cycle)) {
		cycle->rule = RULE_CYCLE_GATED;
	} else if (!choose_witnesses(input, cycle, ORDER_NOT_STRONG)) {
		choose_witnesses(input, cycle, ORDER_ANY);
		name_event(input, cycle, ORDER_NOT_STRONG);
		cycle->rule = RULE_CYCLE_ORDERED;
	} else if (!choose_witnesses(input, cycle, ORDER_NONE_AT_ALL)) {
		choose_witnesses(input, cycle, ORDER_NOT_STRONG);
		name_event(input, cycle, ORDER_NONE_AT_ALL);
		cycle->rule = RULE_CYCLE_WEAKLY_ORDERED;
	} else if (find_timed(input, cycle)) {
		cycle->rule = RULE_CYCLE_BOUNDED;
	} else {
		cycle->rule = RULE_LOCK_ORDER_CYCLE;
	}
}
