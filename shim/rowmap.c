/* rowmap.c: see rowmap.h. */
#include "rowmap.h"

#include <string.h>

#include "held.h"

#define ROOM_FIRST 128u
#define ROOM_MOST  16384u /* then it begins anew */

/* Open addressing, at most half full. A signal handler may come here, and change all of it, while the code that it interrupts looks at a place: so none
 * is unmapped before its thread ends, and a row is its key's if the key is still there after the row was read. */
struct rowmap {
	struct rowmap *before; /* a smaller one */
	uint64_t segment_mix;  /* of the segment whose rows these are */
	uint32_t room, count;  /* room: a power of two */
	struct rowmap_place {
		volatile uint64_t key; /* 0: free */
		struct row *volatile row;
	} places[];
};

static size_t size_of(uint32_t room)
{
	return sizeof(struct rowmap) + room * sizeof(struct rowmap_place);
}

/* ---- keys ---- */

/* All by which two contexts of one kind can not differ at whichever axis: stacks, modes. 0: it can be in no row. */
static uint64_t shape_of(struct self *self, uint64_t what)
{
	uint32_t depth = atomic_load_explicit(&self->attached->depth, memory_order_relaxed);
	uint64_t shape = 0;

	if (depth > ROW_HELD)
		return 0;
	for (uint32_t i = 0; i < depth; i++) {
		const struct held *held = held_at(self->attached, i);

		if (held->flags & HELD_UNKNOWN)
			return 0;
		shape = held_chain(shape, depth, held_what_of(held->what));
	}
	return depth ? held_chain(shape, depth, what) : 0;
}
_Static_assert(ROW_HELD <= SLOT_HELD, "shape_of");

/* Which axis is the best for contexts of that shape, as far as is known. It says where rows are looked for, no more. */
static _Atomic uint8_t *axis_of(uint64_t shape)
{
	return &process->axes[shape >> 32 & (AXES - 1)];
}

static uint64_t number_at(struct self *self, uint64_t lock, uint32_t place)
{
	return place == self->attached->depth ? lock : atomic_load_explicit(&self->attached->held[place].lock, memory_order_relaxed);
}

/* A hash like that of the context, with the range of the lock's number at the axis. */
static uint64_t key_of(struct self *self, uint64_t lock, uint64_t what, uint32_t axis)
{
	uint32_t depth = self->attached->depth;
	uint64_t key = axis + 1;

	for (uint32_t i = 0; i <= depth; i++) {
		uint64_t number = number_at(self, lock, i);

		key = held_chain(key, i == axis ? number / ROW_LOCKS : number,
				 i == depth ? what : held_what_of(held_at(self->attached, i)->what));
	}
	return key;
}

uint64_t rowmap_key(struct self *self, uint64_t lock, uint64_t what, uint32_t axis)
{
	uint64_t shape = shape_of(self, what);

	if (shape == 0)
		return 0;
	atomic_store_explicit(axis_of(shape), (uint8_t)axis, memory_order_relaxed);
	return key_of(self, lock, what, axis);
}

/* ---- the map ---- */

/* Where the key is, or the free place where it can be put. */
static struct rowmap_place *place_of(struct rowmap *map, uint64_t key)
{
	uint32_t index = (uint32_t)(key * 0x9e3779b97f4a7c15ull >> 32);

	while (map->places[index & (map->room - 1)].key && map->places[index & (map->room - 1)].key != key)
		index++;
	return &map->places[index & (map->room - 1)];
}

/* Nothing is to be taken in that an unlock by another thread, or an event that is missing, may make untrue: the slow path looks at these. */
static bool may_add(const struct self *self)
{
	return !atomic_load_explicit(&self->attached->posted_news, memory_order_relaxed) && !process->blind;
}

bool rowmap_has(struct self *self, uint64_t lock, uint64_t what)
{
	struct rowmap *map = self->rowmap;
	uint64_t shape = map && map->segment_mix == self->segment_mix ? shape_of(self, what) : 0, key, number;
	const struct rowmap_place *place;
	uint32_t axis;
	struct row *row;

	if (shape == 0)
		return false;
	axis = atomic_load_explicit(axis_of(shape), memory_order_relaxed);
	/* Another shape's, which has the same place. */
	if (axis > self->attached->depth)
		return false;
	key = key_of(self, lock, what, axis);
	place = place_of(map, key);
	row = place->row;
	signal_fence();
	if (!row || place->key != key)
		return false;
	number = number_at(self, lock, axis);
	return row_has(row, number) || (may_add(self) && row_add(row, number));
}

static struct rowmap *grow(struct rowmap *old)
{
	struct rowmap *map = state_pages(size_of(old ? old->room * 2 : ROOM_FIRST), true);

	if (!map)
		return old;
	map->room = old ? old->room * 2 : ROOM_FIRST;
	if (!old)
		return map;
	map->before = old;
	map->segment_mix = old->segment_mix;
	map->count = old->count;
	for (uint32_t i = 0; i < old->room; i++)
		if (old->places[i].key)
			*place_of(map, old->places[i].key) = old->places[i];
	return map;
}

static void empty(struct rowmap *map)
{
	memset(map->places, 0, map->room * sizeof(map->places[0]));
	map->count = 0;
}

void rowmap_add(struct self *self, uint64_t key, struct row *row)
{
	struct rowmap *map = self->rowmap;
	struct rowmap_place *place;

	if (map && map->segment_mix != self->segment_mix)
		empty(map);
	if (!map || (map->count >= map->room / 2 && map->room < ROOM_MOST))
		map = self->rowmap = grow(map);
	if (!map)
		return;
	if (map->count >= map->room / 2)
		empty(map);
	map->segment_mix = self->segment_mix;
	place = place_of(map, key);
	map->count += place->key == 0;
	*place = (struct rowmap_place){key, row};
}

void rowmap_end(struct self *self)
{
	while (self->rowmap) {
		struct rowmap *map = self->rowmap;

		self->rowmap = map->before;
		state_pages_free(map, size_of(map->room));
	}
}
