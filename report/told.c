/* told.c: see told.h. */
#include "told.h"

#include <string.h>

#include "graph/hash.h"
#include "memory.h"

/* ---- what is the same ---- */

static bool same_frame(const struct stack *a, const struct stack *b)
{
	if (!a || !b)
		return a == b;
	return a->frames[0].offset == b->frames[0].offset && strcmp(a->frames[0].module, b->frames[0].module) == 0;
}

static bool same_place(const struct acquisition *a, const struct acquisition *b)
{
	return a->lock->kin == b->lock->kin && same_frame(a->stack, b->stack);
}

/* The links of `b` are those of `a`, from its link `shift` on. */
static bool same_links(const struct finding *a, const struct finding *b, size_t shift)
{
	for (size_t i = 0; i < a->links_count; i++) {
		const struct link *x = &a->links[i], *y = &b->links[(i + shift) % b->links_count];

		if (!same_place(&x->held, &y->held) || !same_place(&x->wanted, &y->wanted))
			return false;
	}
	return true;
}

/* Where they are, whichever lock it is that one without links is about. */
static bool same_places(const struct finding *a, const struct finding *b)
{
	bool same = a->links_count == 0;

	if (a->rule != b->rule || a->links_count != b->links_count || a->stacks_count != b->stacks_count ||
	    strcmp(a->cause ? a->cause : "", b->cause ? b->cause : "") != 0)
		return false;
	for (size_t i = 0; i < a->links_count && !same; i++)
		same = same_links(a, b, i);
	for (size_t i = 0; i < a->stacks_count && same; i++)
		same = strcmp(a->stacks[i].label, b->stacks[i].label) == 0 && same_frame(a->stacks[i].stack, b->stacks[i].stack);
	return same;
}

/* One that names no lock is the same as that of any. */
static bool same_locations(const struct finding *a, const struct finding *b)
{
	bool about = a->links_count == 0 && a->locks_count && b->locks_count;

	return same_places(a, b) && (!about || a->locks[0]->kin == b->locks[0]->kin);
}

bool finding_same_ring(const struct finding *a, const struct finding *b)
{
	size_t count = a->links_count, same = 0;

	if (b->links_count != count)
		return false;
	for (size_t shift = 0; shift < count && same < count; shift++)
		for (same = 0; same < count; same++) {
			const struct link *x = &a->links[(same + shift) % count], *y = &b->links[same];

			if (!same_frame(x->held.stack, y->held.stack) || !same_frame(x->wanted.stack, y->wanted.stack))
				break;
		}
	return count && same == count;
}

bool told_by_instance(const struct finding *known, const struct finding *finding)
{
	return finding->rule == RULE_CYCLE_BY_CLASS && known->rule != RULE_CYCLE_BY_CLASS && finding_same_ring(known, finding);
}

/* Are the locks of two rings kin, one by one? */
static bool same_locks(const struct finding *a, const struct finding *b)
{
	size_t count = a->locks_count, same = 0;

	if (b->locks_count != count)
		return false;
	for (size_t shift = 0; shift < count && same < count; shift++)
		for (same = 0; same < count; same++)
			if (a->locks[(same + shift) % count]->kin != b->locks[same]->kin)
				break;
	return same == count;
}

/* Is there one, of the same locks, that can happen? An excluded ring says no more than that one does. */
static bool told_by_possible(const struct finding *known, const struct finding *finding)
{
	return finding->rule == RULE_CYCLE_EXCLUDED && known->rule == RULE_LOCK_ORDER_CYCLE && same_locks(known, finding);
}

/* ---- hashes: the same for what is the same ---- */

/* What a key was made of. */
enum { OF_PLACES = 1, OF_PLACES_AND_LOCK, OF_RING, OF_LOCKS };

static uint64_t hash_text(uint64_t hash, const char *text)
{
	for (; *text; text++)
		hash = hash_mix(hash, (uint8_t)*text);
	return hash;
}

static uint64_t hash_frame(const struct stack *stack)
{
	return stack ? hash_mix(hash_text(1, stack->frames[0].module), stack->frames[0].offset) : 0;
}

/* Of links and locks sums: a ring has no first one. */
static uint64_t ring_key(const struct finding *finding)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < finding->links_count; i++)
		sum += hash_mix(hash_frame(finding->links[i].held.stack), hash_frame(finding->links[i].wanted.stack));
	return hash_mix(OF_RING, sum);
}

static uint64_t locks_key(const struct finding *finding)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < finding->locks_count; i++)
		sum += hash_mix(1, finding->locks[i]->kin);
	return hash_mix(OF_LOCKS, sum);
}

static uint64_t hash_place(const struct acquisition *acquisition)
{
	return hash_mix(acquisition->lock->kin, hash_frame(acquisition->stack));
}

static uint64_t places_key(const struct finding *finding)
{
	uint64_t hash = hash_mix(OF_PLACES, (uint64_t)finding->rule), sum = 0;

	for (size_t i = 0; i < finding->links_count; i++)
		sum += hash_mix(hash_place(&finding->links[i].held), hash_place(&finding->links[i].wanted));
	hash = hash_mix(hash_text(hash, finding->cause ? finding->cause : ""), sum);
	for (size_t i = 0; i < finding->stacks_count; i++)
		hash = hash_mix(hash_text(hash, finding->stacks[i].label), hash_frame(finding->stacks[i].stack));
	return hash;
}

/* `lock` NULL: of those that name none. */
static uint64_t lock_key(const struct finding *finding, const struct lock *lock)
{
	return hash_mix(hash_mix(OF_PLACES_AND_LOCK, places_key(finding)), lock ? hash_mix(1, lock->kin) : 0);
}

/* ---- the list, by these ---- */

struct told {
	uint64_t key;
	size_t place;
	struct told *next; /* of another finding with that key, all the same */
	UT_hash_handle hh;
};

typedef bool (*relation)(const struct finding *known, const struct finding *finding);

/* The first finding with that key to which this one stands in that relation; else the list's length. */
static size_t find(struct builder *builder, uint64_t key, const struct finding *finding, relation same)
{
	struct told *told;

	HASH_FIND(hh, builder->told, &key, sizeof(key), told);
	while (told && !same(&builder->findings->list[told->place], finding))
		told = told->next;
	return told ? told->place : builder->findings->count;
}

/* Enters a finding, unless there is one already that is the same: only the first is looked for. */
static void enter(struct builder *builder, uint64_t key, size_t place, relation same)
{
	struct arena *arena = &builder->arena;
	struct told *first, *told;

	if (find(builder, key, &builder->findings->list[place], same) < builder->findings->count)
		return;
	told = build_alloc(builder, sizeof(*told));
	*told = (struct told){.key = key, .place = place};
	HASH_FIND(hh, builder->told, &key, sizeof(key), first);
	if (first) {
		told->next = first->next;
		first->next = told;
		return;
	}
	HASH_ADD(hh, builder->told, key, sizeof(told->key), told);
	if (!hash_added(told))
		die("out of memory");
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* At the same locations. Of one lock: the first of that lock, or of none; of none: the first of any. */
static size_t find_same(struct builder *builder, const struct finding *finding)
{
	if (finding->links_count || !finding->locks_count)
		return find(builder, places_key(finding), finding, same_locations);
	return smaller(find(builder, lock_key(finding, finding->locks[0]), finding, same_locations),
		       find(builder, lock_key(finding, NULL), finding, same_locations));
}

size_t told_find(struct builder *builder, const struct finding *finding)
{
	size_t place = find_same(builder, finding);

	if (finding->rule == RULE_CYCLE_BY_CLASS)
		place = smaller(place, find(builder, ring_key(finding), finding, told_by_instance));
	if (finding->rule == RULE_CYCLE_EXCLUDED)
		place = smaller(place, find(builder, locks_key(finding), finding, told_by_possible));
	return place;
}

void told_add(struct builder *builder, size_t place)
{
	const struct finding *finding = &builder->findings->list[place];

	enter(builder, places_key(finding), place, same_places);
	if (finding->links_count == 0)
		enter(builder, lock_key(finding, finding->locks_count ? finding->locks[0] : NULL), place, same_locations);
	if (finding->links_count && finding->rule != RULE_CYCLE_BY_CLASS)
		enter(builder, ring_key(finding), place, finding_same_ring);
	if (finding->rule == RULE_LOCK_ORDER_CYCLE)
		enter(builder, locks_key(finding), place, same_locks);
}
