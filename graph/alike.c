/* alike.c: see alike.h. */
#include "alike.h"

#define PROBES	 16u
#define SEGMENTS 4u /* of one thread that are told of */

static void mix(struct alike *alike, uint64_t value)
{
	alike->hash = hash_mix(alike->hash, value);
}

/* A lock by what it is judged by: where else in the ring it is. */
static void mix_lock(struct alike *alike, const struct lock *lock)
{
	uint32_t i = 0;

	mix(alike, lock->class->id);
	if (lock->described && !lock->gone) {
		mix(alike, lock->id << 1 | 1);
		return;
	}
	while (i < alike->locks_count && alike->locks[i] != lock)
		i++;
	if (i == ALIKE_LOCKS) {
		alike->too_large = true;
		return;
	}
	alike->locks[i] = lock;
	alike->locks_count += i == alike->locks_count;
	mix(alike, (uint64_t)i << 1);
}

void alike_add(struct alike *alike, const struct dependency_request *dependency)
{
	mix_lock(alike, dependency->lock);
	mix(alike, (uint64_t)dependency->stack << 32 | (uint64_t)dependency->cut << 16 | (uint64_t)dependency->mode << 8 | dependency->how);
	mix(alike, dependency->count);
	for (uint32_t i = 0; i < dependency->count; i++) {
		const struct dependency_held *held = &dependency->held[i];

		mix_lock(alike, held->lock);
		mix(alike, (uint64_t)held->stack << 16 | (uint64_t)held->mode << 8 | held->how);
	}
}

/* The event by which the one is over before the other begins, as the command looks it up: the first that tells. */
static void mix_order(struct alike *alike, struct note_table *notes, struct alike_witness first, struct alike_witness second)
{
	const struct note *note = note_find(notes, second.thread, second.segment);
	const struct fact_segment *segment = note && note->fact->kind == FACT_SEGMENT ? (const struct fact_segment *)note->fact : NULL;

	for (uint32_t i = 0; segment && i < segment->count; i++) {
		const struct fact_before *before = &segment->before[i];

		if (before->thread == first.thread && before->segment >= first.segment) {
			mix(alike, (uint64_t)before->stack << 8 | (before->event + 1));
			return;
		}
	}
	mix(alike, 0);
}

void alike_add_witness(struct alike *alike, struct note_table *notes, uint32_t thread, uint32_t segment)
{
	struct alike_witness witness = {thread, segment};
	const struct note *note;
	uint32_t i = 0;

	while (i < alike->witnesses_count && (alike->witnesses[i].thread != thread || alike->witnesses[i].segment != segment))
		i++;
	mix(alike, i);
	if (i < alike->witnesses_count)
		return;
	if (i == ALIKE_WITNESSES) {
		alike->too_large = true;
		return;
	}
	note = note_find(notes, thread, 0);
	mix(alike, note ? ((const struct fact_thread *)note->fact)->under : 0);
	/* A new one: beside each that came before, of the same thread or not, and in which order. */
	for (uint32_t j = 0; j < i; j++) {
		mix(alike, alike->witnesses[j].thread == thread);
		mix_order(alike, notes, alike->witnesses[j], witness);
		mix_order(alike, notes, witness, alike->witnesses[j]);
	}
	alike->witnesses[alike->witnesses_count++] = witness;
}

/* ---- what is known of them ---- */

static struct alike_count *find_count(struct alike_table *table, uint64_t hash, bool make)
{
	const uint32_t size = sizeof(table->counts) / sizeof(table->counts[0]);

	for (uint32_t i = 0; i < PROBES; i++) {
		struct alike_count *at = &table->counts[(hash + i) % size];

		if (at->hash == 0 && make)
			at->hash = hash;
		if (at->hash == hash)
			return at;
	}
	return NULL;
}

uint32_t *alike_count(struct alike_table *table, const struct alike *alike)
{
	struct alike_count *count = alike->too_large ? NULL : find_count(table, alike->hash, true);

	return count ? &count->count : NULL;
}

/* Is it among the last that were told of? Now it is. */
static bool told(struct alike_table *table, uint64_t hash)
{
	const uint32_t places = sizeof(table->told) / sizeof(table->told[0]), ways = sizeof(table->told[0]) / sizeof(table->told[0][0]);
	uint64_t *at = table->told[hash % places];

	for (uint32_t i = 0; i < ways; i++)
		if (at[i] == hash)
			return true;
	for (uint32_t i = ways - 1; i > 0; i--)
		at[i] = at[i - 1];
	at[0] = hash;
	return false;
}

enum alike_news alike_news(struct alike_table *table, const struct alike *dependency, uint32_t thread, uint32_t segment)
{
	uint64_t of_thread = hash_mix(dependency->hash, thread);
	struct alike_count *threads, *segments;

	if (dependency->too_large)
		return ALIKE_NEW;
	threads = find_count(table, hash_mix(dependency->hash, 0), true);
	segments = find_count(table, of_thread, threads && threads->count < DEPENDENCY_WITNESSES);
	if (threads && !segments && threads->count >= DEPENDENCY_WITNESSES)
		return ALIKE_LOST;
	if (told(table, hash_mix(of_thread, segment)) && told(table, hash_mix(of_thread, (uint64_t)segment | 1ull << 32)))
		return ALIKE_TOLD;
	if (!threads || !segments)
		return ALIKE_NEW;
	if (segments->count == 2 * SEGMENTS)
		return ALIKE_LOST;
	threads->count += segments->count++ == 0;
	return ALIKE_NEW;
}
