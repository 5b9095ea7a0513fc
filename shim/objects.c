/* objects.c: see objects.h. */
#include "objects.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "real.h"
#include "state.h"

#define SEGMENTS 12u /* those of an object that the unwinder looks at: loaded ones, .eh_frame_hdr, .dynamic */
#define NAME	 640u

/* An object, or room for one. Readers take no lock: they believe a copy when `version` was the same even number before and after. */
struct entry {
	_Atomic uint32_t version;
	bool loaded;
	bool seen; /* by the reading that is under way */
	bool kept; /* never goes */
	uint16_t segments_count;
	const ElfW(Phdr) * headers; /* where the segments were copied from: tells objects apart, is not read again */
	uint64_t start, end, base, eh_frame;
	ElfW(Phdr) segments[SEGMENTS];
	char name[NAME];
};

/* More room is chained on and never given back: there are as many entries as there ever were objects at a time. */
#define BLOCK_SIZE (256u << 10)
struct block {
	struct block *_Atomic next;
	struct entry entries[(BLOCK_SIZE - sizeof(void *)) / sizeof(struct entry)];
};
_Static_assert(sizeof(struct block) <= BLOCK_SIZE, "block");
#define BLOCK_ENTRIES (sizeof(((struct block *)NULL)->entries) / sizeof(struct entry))

static struct block *_Atomic first_block;
static uint64_t adds, subs;   /* the loader's counts at the last reading; protected by the gate */
static _Atomic bool outdated; /* what an entry tells of may be gone: the table is of no use until it is read anew */

/* Who may be at the loader's list. A forked child finds it zeroed. */
struct gate {
	_Atomic int inside; /* host threads in dlclose and dl_iterate_phdr; -1: the table is being read anew */
	bool open;	    /* it may be */
};
static struct gate *gate; /* NULL: there is no table */

/* ---- the gate ---- */

/* A reading waits for nothing but the loader, so this is short. */
static void host_enters(void)
{
	for (unsigned tries = 0;; tries++) {
		int inside = atomic_load_explicit(&gate->inside, memory_order_relaxed);

		if (inside >= 0 && atomic_compare_exchange_weak(&gate->inside, &inside, inside + 1))
			return;
		if (tries > 100)
			real.syscall(SYS_sched_yield);
	}
}

static void host_leaves(void)
{
	atomic_fetch_sub(&gate->inside, 1);
}

static bool reading_begins(void)
{
	int nobody = 0;

	return gate->open && atomic_compare_exchange_strong(&gate->inside, &nobody, -1);
}

static void reading_ends(void)
{
	atomic_store(&gate->inside, 0);
}

/* ---- writing the table; the gate is ours ---- */

static struct entry *entry_at(struct block *block, size_t index)
{
	return &block->entries[index];
}

/* The entry of an object that is there already, or a free one; NULL: no memory. */
static struct entry *entry_for(const struct dl_phdr_info *info, const char *name)
{
	struct block *_Atomic *link = &first_block;
	struct entry *room = NULL;

	for (struct block *block; (block = atomic_load_explicit(link, memory_order_relaxed)); link = &block->next) {
		for (size_t i = 0; i < BLOCK_ENTRIES; i++) {
			struct entry *entry = entry_at(block, i);

			if (entry->loaded && entry->base == info->dlpi_addr && entry->headers == info->dlpi_phdr &&
			    !strncmp(entry->name, name, NAME - 1))
				return entry;
			if (!entry->loaded && !room)
				room = entry;
		}
	}
	if (!room) {
		struct block *block = state_pages(sizeof(*block), false);

		atomic_store_explicit(link, block, memory_order_release);
		room = block ? entry_at(block, 0) : NULL;
	}
	return room;
}

static void entry_change_begin(struct entry *entry)
{
	atomic_fetch_add_explicit(&entry->version, 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
}

static void entry_change_end(struct entry *entry)
{
	atomic_fetch_add_explicit(&entry->version, 1, memory_order_release);
}

static void entry_take_segment(struct entry *entry, const ElfW(Phdr) * segment)
{
	uint64_t start = entry->base + (segment->p_vaddr & ~4095ull);
	uint64_t end = entry->base + ((segment->p_vaddr + segment->p_memsz + 4095) & ~4095ull);

	if (segment->p_type != PT_LOAD && segment->p_type != PT_GNU_EH_FRAME && segment->p_type != PT_DYNAMIC)
		return;
	if (entry->segments_count < SEGMENTS)
		entry->segments[entry->segments_count++] = *segment;
	if (segment->p_type == PT_GNU_EH_FRAME)
		entry->eh_frame = entry->base + segment->p_vaddr;
	if (segment->p_type == PT_LOAD && start < entry->start)
		entry->start = start;
	if (segment->p_type == PT_LOAD && end > entry->end)
		entry->end = end;
}

static void entry_fill(struct entry *entry, const struct dl_phdr_info *info, const char *name)
{
	entry_change_begin(entry);
	entry->base = info->dlpi_addr;
	entry->headers = info->dlpi_phdr;
	entry->start = UINT64_MAX;
	entry->end = 0;
	entry->eh_frame = 0;
	entry->segments_count = 0;
	for (unsigned i = 0; i < info->dlpi_phnum; i++)
		entry_take_segment(entry, &info->dlpi_phdr[i]);
	strncpy(entry->name, name, NAME - 1);
	entry->loaded = true;
	entry_change_end(entry);
}

struct reading {
	bool first, changed, cut;
};

/* The first object is the program, which not every libc leaves without a name. */
static int read_object(struct dl_phdr_info *info, size_t size, void *context)
{
	struct reading *reading = context;
	const char *name = reading->first ? "" : info->dlpi_name;
	struct entry *entry;

	if (reading->first && size >= sizeof(*info)) {
		if (atomic_load_explicit(&first_block, memory_order_relaxed) && info->dlpi_adds == adds && info->dlpi_subs == subs)
			return 1;
		adds = info->dlpi_adds;
		subs = info->dlpi_subs;
	}
	reading->first = false;
	reading->changed = true;
	entry = entry_for(info, name);
	if (!entry) {
		reading->cut = true;
		return 1;
	}
	if (!entry->loaded)
		entry_fill(entry, info, name);
	entry->seen = true;
	return 0;
}

static void sweep(void)
{
	for (struct block *block = first_block; block; block = block->next) {
		for (size_t i = 0; i < BLOCK_ENTRIES; i++) {
			struct entry *entry = entry_at(block, i);

			if (entry->loaded && !entry->seen) {
				entry_change_begin(entry);
				entry->loaded = false;
				entry_change_end(entry);
			}
			entry->seen = false;
		}
	}
}

/* False: not now, or nothing new. */
static bool read_anew(void)
{
	struct reading reading = {.first = true};

	if (!reading_begins())
		return false;
	atomic_store(&outdated, false);
	real.dl_iterate_phdr(read_object, &reading);
	if (reading.changed && !reading.cut)
		sweep();
	reading_ends();
	return reading.changed;
}

static bool up_to_date(void)
{
	if (atomic_load(&outdated))
		read_anew();
	return !atomic_load(&outdated);
}

/* ---- reading the table ---- */

/* What readers need of an entry, whole: `name` points into the entry. */
struct copy {
	struct object object;
	uint16_t segments_count;
	ElfW(Phdr) segments[SEGMENTS];
};

static bool entry_read(const struct entry *entry, struct copy *copy, bool segments)
{
	uint32_t version = atomic_load_explicit(&entry->version, memory_order_acquire);
	bool loaded = entry->loaded;

	copy->object = (struct object){
		.start = entry->start, .end = entry->end, .base = entry->base, .eh_frame = entry->eh_frame, .name = entry->name};
	copy->segments_count = entry->segments_count;
	if (segments)
		memcpy(copy->segments, entry->segments, sizeof(copy->segments));
	atomic_thread_fence(memory_order_acquire);
	return loaded && version % 2 == 0 && atomic_load_explicit(&entry->version, memory_order_relaxed) == version;
}

/* Not what lies between its segments, and behind them in their last page: musl's malloc gives that away. */
static bool holds(const struct entry *entry, uint64_t address)
{
	struct copy copy;

	if (!entry_read(entry, &copy, true))
		return false;
	for (unsigned i = 0; i < copy.segments_count; i++)
		if (copy.segments[i].p_type == PT_LOAD &&
		    address - (copy.object.base + copy.segments[i].p_vaddr) < copy.segments[i].p_memsz)
			return true;
	return false;
}

static bool table_find(uint64_t address, struct object *object)
{
	for (struct block *block = first_block; block; block = block->next) {
		for (size_t i = 0; i < BLOCK_ENTRIES; i++) {
			const struct entry *entry = entry_at(block, i);
			struct copy copy;

			if (entry_read(entry, &copy, false) && address - copy.object.start < copy.object.end - copy.object.start &&
			    holds(entry, address)) {
				*object = copy.object;
				return true;
			}
		}
	}
	return false;
}

/* As libc's own function would, of the table. The size tells the callback that there are no counts, and so nothing to cache by:
 * libgcc's cache counts on libc's lock. */
static int table_iterate(int (*callback)(struct dl_phdr_info *, size_t, void *), void *context, bool only_kept)
{
	for (struct block *block = first_block; block; block = block->next) {
		for (size_t i = 0; i < BLOCK_ENTRIES; i++) {
			struct dl_phdr_info info;
			struct copy copy;
			int result;

			if ((only_kept && !entry_at(block, i)->kept) || !entry_read(entry_at(block, i), &copy, true))
				continue;
			info = (struct dl_phdr_info){.dlpi_addr = copy.object.base,
						     .dlpi_name = copy.object.name,
						     .dlpi_phdr = copy.segments,
						     .dlpi_phnum = copy.segments_count};
			result = callback(&info, offsetof(struct dl_phdr_info, dlpi_adds), context);
			if (result)
				return result;
		}
	}
	return 0;
}

/* ---- the interface ---- */

void objects_init(void)
{
	if (real.dl_find_object)
		return;
	gate = state_pages(4096, true);
	if (!gate)
		return;
	gate->open = true;
	read_anew();
}

bool objects_find(uint64_t address, struct object *object)
{
	struct dl_find_object found;

	if (!real.dl_find_object)
		return table_find(address, object);
	if (real.dl_find_object((void *)(uintptr_t)address, &found) != 0 || !found.dlfo_link_map)
		return false;
	*object = (struct object){.start = (uintptr_t)found.dlfo_map_start,
				  .end = (uintptr_t)found.dlfo_map_end,
				  .base = found.dlfo_link_map->l_addr,
				  .eh_frame = (uintptr_t)found.dlfo_eh_frame,
				  .map = found.dlfo_link_map,
				  .name = found.dlfo_link_map->l_name};
	return true;
}

void objects_meet(uint64_t address)
{
	struct object object;

	if (gate && up_to_date() && !table_find(address, &object))
		read_anew();
}

bool objects_keep(uint64_t address)
{
	struct object object;

	objects_meet(address);
	if (!objects_find(address, &object))
		return false;
	for (struct block *block = first_block; block; block = block->next)
		for (size_t i = 0; i < BLOCK_ENTRIES; i++)
			if (entry_at(block, i)->loaded && entry_at(block, i)->start == object.start)
				entry_at(block, i)->kept = true;
	return true;
}

void objects_close_begin(void)
{
	if (gate)
		host_enters();
}

void objects_close_end(void)
{
	if (!gate)
		return;
	atomic_store(&outdated, true);
	host_leaves();
}

void objects_renew(void)
{
	if (gate)
		up_to_date();
}

void objects_forked(bool alone)
{
	if (gate)
		gate->open = alone;
}

/* Nobody in the table was it: are there new ones? A walk begins in the unwinder itself, which aborts when it does not find that. */
static int for_unwinder(int (*callback)(struct dl_phdr_info *, size_t, void *), void *context)
{
	int result = table_iterate(callback, context, !up_to_date());

	return result || !read_anew() ? result : table_iterate(callback, context, false);
}

/* The host's own, or that of an unwinder that walks for us. */
EXPORT int dl_iterate_phdr(int (*callback)(struct dl_phdr_info *, size_t, void *), void *context)
{
	int result;

	real_ready();
	if (!gate)
		return real.dl_iterate_phdr(callback, context);
	if (self_current->busy)
		return for_unwinder(callback, context);
	host_enters();
	result = real.dl_iterate_phdr(callback, context);
	host_leaves();
	return result;
}
