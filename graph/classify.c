/* classify.c: see classify.h. */
#include "classify.h"

#include <string.h>

#include "hash.h"

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

/* What two witnesses of a choice must not be: ordered, kept apart by a gate that one of them inherited. */
enum order { ORDER_ANY, ORDER_NOT_STRONG, ORDER_NONE_AT_ALL };
struct demand {
	enum order order;
	bool ungated;
	bool writers; /* beside them, where readers meet readers: */
	enum order writers_order;
};

/* Does an event put `a` before `b`, one that matters? */
static bool comes_before(const struct cycles_input *input, struct cycles_witness a, struct cycles_witness b, enum order order)
{
	struct fact_before event;

	/* Nothing orders a thread that is not known. */
	return a.thread && b.thread && input->before(input->ctx, a, b, &event) &&
	       (order == ORDER_NONE_AT_ALL || !EVENT_IS_WEAK(event.event));
}

static bool excludes(uint8_t a, uint8_t b)
{
	return a == LOCK_EXCLUSIVE || b == LOCK_EXCLUSIVE;
}

/* A gate of link i's thread, inherited, that keeps it apart from link j: whose thread took that lock itself, or inherited it from another
 * hold; what the creator does meanwhile is done under the same hold, and so is what other threads do that it created there. */
static const struct cycles_gate *inherited_gate(const struct cycles_input *input, const struct cycle *cycle, uint32_t i, uint32_t j)
{
	const struct cycles_dependency *other = dependency_of(input, cycle, j);
	struct cycles_witness mine = cycle->links[i].witness, theirs = cycle->links[j].witness;
	size_t count = 0, other_count = 0;
	const struct cycles_gate *gates = input->gates && mine.thread ? input->gates(input->ctx, mine.thread, &count) : NULL;
	const struct cycles_gate *other_gates = count && theirs.thread ? input->gates(input->ctx, theirs.thread, &other_count) : NULL;

	for (size_t g = 0; g < count; g++) {
		for (uint32_t h = 0; h < other->held_count && theirs.thread != gates[g].creator; h++)
			if (other->held[h].lock == gates[g].lock && excludes(other->held[h].mode, gates[g].mode))
				return &gates[g];
		for (size_t h = 0; h < other_count; h++)
			if (other_gates[h].lock == gates[g].lock && other_gates[h].hold != gates[g].hold &&
			    excludes(other_gates[h].mode, gates[g].mode))
				return &gates[g];
	}
	return NULL;
}

/* May this choice for `link` stand beside those of the links before it: another thread, and nothing that is demanded not to be? */
static bool fits(const struct cycles_input *input, struct cycle *cycle, uint32_t link, struct demand demand)
{
	struct cycles_witness mine = cycle->links[link].witness;

	for (uint32_t i = 0; i < link; i++) {
		struct cycles_witness other = cycle->links[i].witness;

		if (mine.thread == 0 || other.thread == 0)
			continue;
		if (mine.thread == other.thread)
			return false;
		if (demand.order != ORDER_ANY && input->before &&
		    (comes_before(input, mine, other, demand.order) || comes_before(input, other, mine, demand.order)))
			return false;
		if (demand.ungated && (inherited_gate(input, cycle, i, link) || inherited_gate(input, cycle, link, i)))
			return false;
	}
	return true;
}

/* ---- writers that readers wait behind ---- */

static bool reads_behind_reader(const struct cycles_input *input, const struct cycle *cycle, uint32_t link)
{
	return dependency_of(input, cycle, link)->mode == LOCK_SHARED &&
	       held_of(input, cycle, (link + 1) % cycle->length)->mode == LOCK_SHARED;
}

/* A request to write a lock; those of one lock in the order of the input. */
struct writer {
	uint32_t dependency;
	struct writer *next;
};
struct classify_writers {
	uint64_t lock;
	struct writer *first, **end;
	UT_hash_handle hh;
};

static const struct writer *writers_of(const struct cycles_input *input, uint64_t lock)
{
	struct classify_writers *writers;

	HASH_FIND(hh, input->writers, &lock, sizeof(lock), writers);
	return writers ? writers->first : NULL;
}

static bool add_lock(struct cycles_input *input, struct arena *arena, uint64_t lock)
{
	struct classify_writers *writers;

	HASH_FIND(hh, input->writers, &lock, sizeof(lock), writers);
	if (writers)
		return true;
	writers = arena_alloc(arena, sizeof(*writers));
	if (!writers)
		return false;
	writers->lock = lock;
	writers->end = &writers->first;
	HASH_ADD(hh, input->writers, lock, sizeof(writers->lock), writers);
	return hash_added(writers);
}

static bool add_writer(struct cycles_input *input, struct arena *arena, uint32_t dependency)
{
	struct classify_writers *writers;
	struct writer *writer;

	HASH_FIND(hh, input->writers, &input->dependencies[dependency].lock, sizeof(writers->lock), writers);
	if (!writers)
		return true;
	writer = arena_alloc(arena, sizeof(*writer));
	if (!writer)
		return false;
	writer->dependency = dependency;
	*writers->end = writer;
	writers->end = &writer->next;
	return true;
}

bool classify_prepare(struct cycles_input *input, struct arena *arena)
{
	bool whole = true;

	for (size_t i = 0; i < input->count && whole; i++)
		if (input->dependencies[i].writer_preferring)
			whole = add_lock(input, arena, input->dependencies[i].lock);
	for (size_t i = 0; i < input->count && whole && input->writers; i++)
		if (input->dependencies[i].mode == LOCK_EXCLUSIVE && input->dependencies[i].how != LOCK_TRY)
			whole = add_writer(input, arena, (uint32_t)i);
	return whole;
}

bool classify_has_writer(const struct cycles_input *input, const struct cycles_dependency *reader)
{
	return writers_of(input, reader->lock) != NULL;
}

static bool excluded_by(const struct cycles_held *held, uint32_t count, uint64_t lock, uint8_t mode)
{
	for (uint32_t i = 0; i < count; i++)
		if (held[i].lock == lock && excludes(held[i].mode, mode))
			return true;
	return false;
}

/* Did the thread's creator hold a lock around all that it did which the other one took himself? */
static bool gated_from(const struct cycles_input *input, uint32_t thread, uint32_t other, const struct cycles_dependency *others)
{
	size_t count = 0;
	const struct cycles_gate *gates = input->gates && thread && other ? input->gates(input->ctx, thread, &count) : NULL;

	for (size_t i = 0; i < count; i++)
		if (other != gates[i].creator && excluded_by(others->held, others->held_count, gates[i].lock, gates[i].mode))
			return true;
	return false;
}

/* May that writer wait while the threads chosen stand at their links: another one, whom no event and no gate keeps apart from them? */
static bool may_wait(const struct cycles_input *input, const struct cycle *cycle, const struct cycles_dependency *writer,
		     struct cycles_witness witness, enum order order)
{
	for (uint32_t i = 0; i < cycle->length; i++) {
		const struct cycles_dependency *link = dependency_of(input, cycle, i);
		struct cycles_witness other = cycle->links[i].witness;

		if (witness.thread && other.thread &&
		    (witness.thread == other.thread ||
		     (input->before && (comes_before(input, witness, other, order) || comes_before(input, other, witness, order)))))
			return false;
		for (uint32_t j = 0; j < link->held_count; j++)
			if (excluded_by(writer->held, writer->held_count, link->held[j].lock, link->held[j].mode))
				return false;
		if (gated_from(input, other.thread, witness.thread, writer) || gated_from(input, witness.thread, other.thread, link))
			return false;
	}
	return true;
}

/* A writer for that link, beside the threads chosen. */
static bool find_writer(const struct cycles_input *input, struct cycle *cycle, uint32_t link, enum order order)
{
	const struct writer *writer = writers_of(input, dependency_of(input, cycle, link)->lock);

	for (; writer; writer = writer->next) {
		const struct cycles_dependency *dependency = &input->dependencies[writer->dependency];

		for (uint32_t j = 0; j < dependency->witness_count; j++)
			if (may_wait(input, cycle, dependency, dependency->witnesses[j], order)) {
				cycle->why_link = link;
				cycle->writer = writer->dependency;
				cycle->writer_witness = dependency->witnesses[j];
				return true;
			}
	}
	return false;
}

/* Has every link that needs one a writer? */
static bool find_writers(const struct cycles_input *input, struct cycle *cycle, enum order order)
{
	for (uint32_t i = 0; i < cycle->length; i++)
		if (reads_behind_reader(input, cycle, i) && !find_writer(input, cycle, i, order)) {
			cycle->why_link = i;
			return false;
		}
	return true;
}

/* ---- choices ---- */

/* Chooses witnesses of distinct threads for all links (and as demanded), by backtracking: at most 16 choices for each of at most 8 links,
 * and a wrong one is seen at once. False: there is no such choice. */
static bool choose_witnesses(const struct cycles_input *input, struct cycle *cycle, struct demand demand)
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
		if (!fits(input, cycle, link, demand) ||
		    (link + 1 == cycle->length && demand.writers && !find_writers(input, cycle, demand.writers_order)))
			continue;
		if (++link < cycle->length)
			choice[link] = 0;
	}
	return true;
}

static bool gated_by(struct cycle *cycle, uint64_t gate, uint32_t i, uint32_t j)
{
	cycle->gate = gate;
	cycle->gate_links[0] = i;
	cycle->gate_links[1] = j;
	return true;
}

/* The gate that the witnesses chosen inherited. */
static void name_inherited_gate(const struct cycles_input *input, struct cycle *cycle)
{
	for (uint32_t i = 0; i < cycle->length; i++)
		for (uint32_t j = 0; j < cycle->length; j++) {
			const struct cycles_gate *gate = i != j ? inherited_gate(input, cycle, i, j) : NULL;

			if (gate) {
				cycle->gate_inherited = true;
				gated_by(cycle, gate->lock, i, j);
				return;
			}
		}
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

/* Does link i ask shared for what the next one holds shared, of a lock that lets readers pass waiting writers, or that nobody writes? */
static bool find_compatible(const struct cycles_input *input, struct cycle *cycle)
{
	for (uint32_t i = 0; i < cycle->length; i++) {
		const struct cycles_dependency *dependency = dependency_of(input, cycle, i);

		if (!reads_behind_reader(input, cycle, i))
			continue;
		cycle->why_link = i;
		if (!dependency->writer_preferring || !classify_has_writer(input, dependency))
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

/* The links and their threads are as they are: what remains to be told apart. */
static int rule_of_possible(const struct cycles_input *input, struct cycle *cycle)
{
	const struct demand free_writers = {ORDER_NONE_AT_ALL, true, true, ORDER_NONE_AT_ALL},
			    weak_writers = {ORDER_NONE_AT_ALL, true, true, ORDER_NOT_STRONG};

	if (cycle->reader_behind_writer && !choose_witnesses(input, cycle, free_writers)) {
		cycle->forced = choose_witnesses(input, cycle, weak_writers);
		cycle->reader_behind_writer = cycle->forced;
		return cycle->forced ? RULE_CYCLE_WEAKLY_ORDERED : RULE_CYCLE_COMPATIBLE;
	}
	return find_timed(input, cycle) ? RULE_CYCLE_BOUNDED : RULE_LOCK_ORDER_CYCLE;
}

void classify_cycle(const struct cycles_input *input, struct cycle *cycle)
{
	const struct demand any = {.order = ORDER_ANY}, apart = {.order = ORDER_ANY, .ungated = true},
			    not_strong = {.order = ORDER_NOT_STRONG, .ungated = true},
			    not_at_all = {.order = ORDER_NONE_AT_ALL, .ungated = true};

	if (!choose_witnesses(input, cycle, any)) {
		for (uint32_t i = 0; i < cycle->length; i++)
			choose(input, cycle, i, 0, &cycle->links[i].witness);
		cycle->rule = RULE_CYCLE_SINGLE_THREAD;
	} else if (find_compatible(input, cycle)) {
		cycle->rule = RULE_CYCLE_COMPATIBLE;
	} else if (find_gate(input, cycle)) {
		cycle->rule = RULE_CYCLE_GATED;
	} else if (!choose_witnesses(input, cycle, apart)) {
		choose_witnesses(input, cycle, any);
		name_inherited_gate(input, cycle);
		cycle->rule = RULE_CYCLE_GATED;
	} else if (!choose_witnesses(input, cycle, not_strong)) {
		choose_witnesses(input, cycle, apart);
		name_event(input, cycle, ORDER_NOT_STRONG);
		cycle->rule = RULE_CYCLE_ORDERED;
	} else if (input->excluded && input->excluded(input->ctx, cycle, false)) {
		cycle->rule = RULE_CYCLE_EXCLUDED;
	} else if (!choose_witnesses(input, cycle, not_at_all)) {
		choose_witnesses(input, cycle, not_strong);
		name_event(input, cycle, ORDER_NONE_AT_ALL);
		cycle->rule = RULE_CYCLE_WEAKLY_ORDERED;
	} else if (input->excluded && input->excluded(input->ctx, cycle, true)) {
		cycle->forced = true;
		cycle->rule = RULE_CYCLE_WEAKLY_ORDERED;
	} else {
		cycle->rule = rule_of_possible(input, cycle);
	}
}
