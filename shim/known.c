/* known.c: see known.h. */
#include "known.h"

#define BUCKET	      8u
#define FIRST_BUCKETS 63u /* with the head: a page */

/* In pages of the process that a forked child finds wiped, as it does the pointer to them. Each entry is written and read whole; there is nothing
 * else that has to be seen with it. */
struct known {
	uint32_t buckets;
	uint32_t count;	  /* entries ever put into an empty place */
	uint32_t victim;  /* of a full bucket: the next one to be overwritten */
	uint32_t refused; /* there was no memory for a larger one */
	uint64_t pad[6];
	_Atomic uint64_t entries[]; /* buckets * BUCKET */
};
_Static_assert(sizeof(struct known) == BUCKET * sizeof(uint64_t), "a bucket is a cache line");

static size_t size_of(uint32_t buckets)
{
	return (buckets + 1) * BUCKET * sizeof(uint64_t);
}

/* Both halves are good for choosing a bucket: each entry may be in two, and is put where there is more room, so that hardly any of them is ever
 * full (M. Mitzenmacher, "The Power of Two Choices", 2001). */
static uint64_t hash_of(uint64_t entry)
{
	unsigned __int128 product = (unsigned __int128)(entry >> KNOWN_MIX_BITS << KNOWN_MIX_BITS) * 0x9e3779b97f4a7c15ull;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static _Atomic uint64_t *bucket_of(struct known *known, uint32_t half)
{
	return &known->entries[((uint64_t)half * known->buckets >> 32) * BUCKET];
}

static bool has(const _Atomic uint64_t *bucket, uint64_t entry)
{
	for (uint32_t i = 0; i < BUCKET; i++)
		if (atomic_load_explicit(&bucket[i], memory_order_relaxed) == entry)
			return true;
	return false;
}

static uint64_t either(const _Atomic uint64_t *bucket, uint64_t context, uint64_t own)
{
	return has(bucket, own) ? own : has(bucket, context) ? context : 0;
}

uint64_t known_find(uint64_t context, uint64_t own)
{
	/* Acquire pairs with the release in grow: a table's size is there before it is. */
	struct known *known = atomic_load_explicit(&process->known, memory_order_acquire);
	uint64_t hash = hash_of(context), entry;

	if (!known)
		return 0;
	entry = either(bucket_of(known, (uint32_t)hash), context, own);
	return entry ? entry : either(bucket_of(known, hash >> 32), context, own);
}

static uint32_t used_of(const _Atomic uint64_t *bucket)
{
	uint32_t used = 0;

	while (used < BUCKET && atomic_load_explicit(&bucket[used], memory_order_relaxed))
		used++;
	return used;
}

static void put(struct known *known, uint64_t entry)
{
	uint64_t hash = hash_of(entry);
	_Atomic uint64_t *one = bucket_of(known, (uint32_t)hash), *other = bucket_of(known, hash >> 32);
	_Atomic uint64_t *bucket = used_of(other) < used_of(one) ? other : one;
	uint32_t used = used_of(bucket);

	if (has(one, entry) || has(other, entry))
		return;
	known->count += used < BUCKET;
	atomic_store_explicit(&bucket[used < BUCKET ? used : known->victim++ % BUCKET], entry, memory_order_relaxed);
}

static struct known *grow(struct known *old)
{
	uint32_t buckets = old ? old->buckets * 2 + 1 : FIRST_BUCKETS;
	struct known *new = state_pages(size_of(buckets), true);

	if (!new) {
		if (old)
			old->refused = 1;
		return old;
	}
	new->buckets = buckets;
	for (uint32_t i = 0; old && i < old->buckets * BUCKET; i++)
		if (old->entries[i])
			put(new, old->entries[i]);
	atomic_store_explicit(&process->known, new, memory_order_release);
	/* Some thread may be looking at it, and finds zeros. */
	if (old)
		state_pages_empty(old, size_of(old->buckets));
	return new;
}

void known_add(uint64_t entry, uint64_t facts)
{
	struct known *known = process->known;
	uint64_t room = known ? (uint64_t)known->buckets * BUCKET : 0;

	if (!known || (known->count >= room / 4 * 3 && facts >= room / 2 && !known->refused))
		known = grow(known);
	if (known)
		put(known, entry);
}
