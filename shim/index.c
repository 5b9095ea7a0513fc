/* index.c: see index.h. */
#include "index.h"

#include "state.h"

#define GRANULE_BITS 8
#define PAGE_BITS    12
#define FIRST_BITS   12 /* of the first, static array of chains */
#define TRIES	     8

_Atomic uint16_t index_pages[1 << 16];
_Atomic uint8_t index_lines[INDEX_LINES];

/* An array of chains; doubled when it holds more entries than chains. Old arrays are never given back: a reader may still be in one. */
struct chains {
	uint32_t bits;
	_Atomic(struct index_entry *) *heads;
};
static _Atomic(struct index_entry *) first_heads[1 << FIRST_BITS];
static struct chains first_chains = {FIRST_BITS, first_heads};
static _Atomic(struct chains *) chains = &first_chains;
static _Atomic uint32_t version; /* odd: entries are being unlinked or moved, and a reader may be led astray */
static size_t entries;
static struct index_entry *free_entries;

/* ---- the filter ---- */

static void count(const void *address, int change)
{
	_Atomic uint8_t *line = &index_lines[(uintptr_t)address >> 6 & (INDEX_LINES - 1)];
	uintptr_t page = (uintptr_t)address >> PAGE_BITS;

	for (uintptr_t i = 0; i <= INDEX_REACH >> PAGE_BITS; i++) {
		_Atomic uint16_t *near = &index_pages[(page - i) & 0xffff];
		uint16_t now = atomic_load_explicit(near, memory_order_relaxed);

		/* One that is full stays so: the filter may say yes too often, never too seldom. */
		if (now != UINT16_MAX)
			atomic_store_explicit(near, (uint16_t)(now + change), memory_order_relaxed);
	}
	if (*line != UINT8_MAX)
		atomic_store_explicit(line, (uint8_t)(*line + change), memory_order_relaxed);
}

/* ---- look-up ---- */

static _Atomic(struct index_entry *) *head_of(const struct chains *array, uintptr_t granule)
{
	return &array->heads[granule * 0x9e3779b97f4a7c15ull >> (64 - array->bits)];
}

static struct index_entry *find_once(const void *address)
{
	struct chains *array = atomic_load_explicit(&chains, memory_order_acquire);
	struct index_entry *entry = atomic_load_explicit(head_of(array, (uintptr_t)address >> GRANULE_BITS), memory_order_acquire);

	while (entry && entry->address != address)
		entry = entry->next;
	return entry;
}

struct index_entry *index_find(const void *address)
{
	struct index_entry *entry = NULL;

	for (int i = 0; i < TRIES; i++) {
		/* Pairs with changing() and changed(): what was read between two equal, even numbers was whole. */
		uint32_t before = atomic_load_explicit(&version, memory_order_acquire);

		entry = find_once(address);
		atomic_thread_fence(memory_order_acquire);
		if (!(before & 1) && atomic_load_explicit(&version, memory_order_relaxed) == before)
			return entry;
	}
	return NULL;
}

uint64_t index_id(const void *address)
{
	const struct index_entry *entry = index_find(address);
	uint64_t id = entry && entry->kind != INDEX_CONDITION ? atomic_load_explicit(&entry->id, memory_order_relaxed) : 0;

	return id == INDEX_DESTROYED ? 0 : id;
}

/* ---- changes ---- */

static void changing(void)
{
	atomic_store_explicit(&version, version + 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
}

static void changed(void)
{
	atomic_store_explicit(&version, version + 1, memory_order_release);
}

static void link_entry(const struct chains *array, struct index_entry *entry)
{
	_Atomic(struct index_entry *) *head = head_of(array, (uintptr_t)entry->address >> GRANULE_BITS);

	entry->next = atomic_load_explicit(head, memory_order_relaxed);
	/* Release: a reader that reaches the entry finds it whole. */
	atomic_store_explicit(head, entry, memory_order_release);
}

static void grow(void)
{
	struct chains *old = chains, *new = arena_alloc(&tables, sizeof(*new));
	size_t count = (size_t)1 << old->bits;

	if (!new)
		return;
	*new = (struct chains){old->bits + 1, state_pages(2 * count * sizeof(*new->heads), false)};
	if (!new->heads)
		return;
	changing();
	for (size_t i = 0; i < count; i++) {
		struct index_entry *entry = old->heads[i], *next;

		for (; entry; entry = next) {
			next = entry->next;
			link_entry(new, entry);
		}
	}
	atomic_store_explicit(&chains, new, memory_order_release);
	changed();
}

static struct index_entry *entry_new(void)
{
	struct index_entry *entry = free_entries;

	if (entry)
		free_entries = entry->next;
	else
		entry = arena_alloc(&tables, sizeof(*entry));
	return entry;
}

struct index_entry *index_add(const void *address, uint8_t kind, uint8_t flags)
{
	struct index_entry *entry = find_once(address);

	if (!entry) {
		if (entries > (size_t)1 << chains->bits)
			grow();
		entry = entry_new();
		if (!entry)
			return NULL;
		entry->address = address;
		atomic_store_explicit(&entry->id, 0, memory_order_relaxed);
		entry->class = NULL;
		link_entry(chains, entry);
		entries++;
		count(address, 1);
	}
	/* What was there of another kind is over: nothing of it is to be taken for this one's. */
	if ((entry->kind == INDEX_CONDITION) != (kind == INDEX_CONDITION))
		atomic_store_explicit(&entry->id, 0, memory_order_relaxed);
	entry->kind = kind;
	entry->flags = flags;
	return entry;
}

/* Unlinks `entry`, which comes behind `before`; NULL: it is the first of its chain. */
static void unlink_entry(_Atomic(struct index_entry *) *head, struct index_entry *before, struct index_entry *entry)
{
	changing();
	if (before)
		before->next = entry->next;
	else
		atomic_store_explicit(head, entry->next, memory_order_relaxed);
	changed();
	count(entry->address, -1);
	entries--;
	/* Its address stays until it is used again: a reader that is in it goes on to no other chain unnoticed. */
	entry->next = free_entries;
	free_entries = entry;
}

void index_remove(const void *address)
{
	_Atomic(struct index_entry *) *head = head_of(chains, (uintptr_t)address >> GRANULE_BITS);
	struct index_entry *before = NULL, *entry = *head;

	while (entry && entry->address != address) {
		before = entry;
		entry = entry->next;
	}
	if (entry)
		unlink_entry(head, before, entry);
}

/* ---- ranges ---- */

/* The entry of that chain with the lowest address in [from, to). */
static struct index_entry *first_in(_Atomic(struct index_entry *) *head, uintptr_t from, uintptr_t to)
{
	struct index_entry *first = NULL;

	for (struct index_entry *entry = *head; entry; entry = entry->next) {
		uintptr_t at = (uintptr_t)entry->address;

		if (at >= from && at < to && (!first || at < (uintptr_t)first->address))
			first = entry;
	}
	return first;
}

/* Goes through all chains: for ranges with more pages than the filter has. */
static struct index_entry *next_anywhere(struct index_range *range)
{
	for (; range->chain < (size_t)1 << chains->bits; range->chain++) {
		struct index_entry *entry = first_in(&chains->heads[range->chain], range->next, range->end);

		if (entry)
			return entry;
		range->next = range->start;
	}
	return NULL;
}

static struct index_entry *next_near(struct index_range *range)
{
	const uintptr_t granule = 1 << GRANULE_BITS, page = 1 << PAGE_BITS;

	while (range->next < range->end) {
		uintptr_t end = (range->next & ~(granule - 1)) + granule;
		struct index_entry *entry;

		if (!index_near((const void *)range->next)) {
			range->next = (range->next & ~(page - 1)) + page;
			continue;
		}
		entry = first_in(head_of(chains, range->next >> GRANULE_BITS), range->next, end < range->end ? end : range->end);
		if (entry)
			return entry;
		range->next = end;
	}
	return NULL;
}

bool index_next(struct index_range *range, struct index_entry *copy)
{
	bool wide = range->end - range->start > (uintptr_t)sizeof(index_pages) / 2 << PAGE_BITS;
	struct index_entry *entry = wide ? next_anywhere(range) : next_near(range);

	if (!entry)
		return false;
	*copy = *entry;
	range->next = (uintptr_t)entry->address + 1;
	return true;
}
