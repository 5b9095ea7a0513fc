/* rows.c: see rows.h. */
#include "rows.h"

#include "dependency.h"

#define TRY_PLACES 4096u
#define ROW_MANY   ROW_TRIES /* locks of a class */

/* How often was the same asked that has no kind yet? What shares a place begins anew. */
struct row_try {
	uint64_t key;
	uint32_t count;
};

struct row_kind {
	uint64_t key;
	UT_hash_handle hh;
	struct row_group *group;
	struct row_kind *next, **back;		    /* of the group */
	struct dependency_held locks[ROW_HELD + 1]; /* those held, outermost first, and the one asked for. NULL at the axis */
	uint32_t axis, count;			    /* count: of those held */
	bool closed;
	struct row *rows, **last; /* in the order in which they came */
	uint32_t rows_count;
	struct row_link {
		struct row_kind *kind;
		struct row_link *next, **back; /* of those that name the same lock; NULL: it names none */
	} links[ROW_HELD + 1];
};

/* The lock held or asked for at that place. */
static struct dependency_held at(const struct dependency_request *request, uint32_t place)
{
	if (place == request->count)
		return (struct dependency_held){request->lock, request->stack, request->mode, request->how};
	return request->held[place];
}

/* ---- closing ---- */

static void add(struct dependencies *set, const struct row_kind *kind, const struct row *row, struct lock *lock)
{
	struct dependency_held locks[ROW_HELD + 1];
	const struct dependency_held *asked = &locks[kind->count];
	struct dependency_request request = {
		.thread = row->thread, .segment = row->segment, .when = row->when, .count = kind->count, .held = locks};

	for (uint32_t i = 0; i <= kind->count; i++)
		locks[i] = kind->locks[i];
	locks[kind->axis].lock = lock;
	request.lock = asked->lock;
	request.stack = asked->stack;
	request.mode = asked->mode;
	request.how = asked->how;
	if (dependency_add(set, &request) == DEPENDENCY_NO_MEMORY)
		atomic_fetch_add_explicit(&set->header->limits[LIMIT_LOST_MEMORY], 1, memory_order_relaxed);
}

/* What the kind says of one lock. */
static void add_lock(struct dependencies *set, const struct row_kind *kind, struct lock *lock)
{
	for (const struct row *row = kind->rows; row; row = row->next)
		if (atomic_load_explicit(&row->words[row_word(lock->id)], memory_order_relaxed) & row_bit(lock->id))
			add(set, kind, row, lock);
}

static void add_word(struct dependencies *set, const struct row_kind *kind, uint32_t word)
{
	uint64_t bits = 0;

	for (const struct row *row = kind->rows; row; row = row->next)
		bits |= atomic_load_explicit(&row->words[word], memory_order_relaxed);
	for (bits &= ~ROW_CLOSED; bits; bits &= bits - 1) {
		struct lock *lock = lock_find(set->locks, kind->group->base + word * ROW_WORD + (uint32_t)__builtin_ctzll(bits));

		/* Of one that is gone nothing is to be known but what rows_retire saw to. */
		if (lock)
			add_lock(set, kind, lock);
	}
}

/* Its locks know it no more. */
static void unlink_kind(struct row_kind *kind)
{
	for (uint32_t i = 0; i <= kind->count; i++) {
		struct row_link *link = &kind->links[i];

		if (!link->back)
			continue;
		*link->back = link->next;
		if (link->next)
			link->next->back = link->back;
	}
}

static void row_close(struct row *row)
{
	for (uint32_t word = 0; word < ROW_WORDS; word++)
		atomic_fetch_or_explicit(&row->words[word], ROW_CLOSED, memory_order_relaxed);
}

/* `forget`: without making dependencies of it. */
static void kind_close(struct dependencies *set, struct row_kind *kind, bool forget)
{
	kind->closed = true;
	unlink_kind(kind);
	for (struct row *row = kind->rows; row; row = row->next)
		row_close(row);
	for (uint32_t word = 0; word < ROW_WORDS && !forget; word++)
		add_word(set, kind, word);
	for (const struct row *row = kind->rows; row; row = row->next) {
		note_count(&set->notes, row->thread, row->segment, -1);
		dependency_drop_notes(set, row->thread, row->segment);
	}
}

static const struct lock_class *class_at(const struct row_kind *kind, uint32_t place)
{
	return place == kind->axis ? kind->group->class : kind->locks[place].lock->class;
}

/* Does a ring lead through it, among classes? */
static bool in_ring(struct dependencies *set, const struct row_kind *kind)
{
	bool ring = false;

	for (uint32_t i = 0; i < kind->count; i++)
		ring |= dependency_classes_in_ring(set, class_at(kind, i), class_at(kind, kind->count));
	return ring;
}

void rows_close_rings(struct dependencies *set)
{
	for (struct row_kind *kind = set->rows.kinds; kind; kind = kind->hh.next)
		if (!kind->closed && in_ring(set, kind))
			kind_close(set, kind, false);
}

void rows_close_all(struct dependencies *set)
{
	set->rows.off = true;
	for (struct row_kind *kind = set->rows.kinds; kind; kind = kind->hh.next)
		if (!kind->closed)
			kind_close(set, kind, false);
}

static struct row_group *group_find(struct dependencies *set, const struct lock *lock, uint64_t *key)
{
	struct row_group *group;

	*key = lock->id / ROW_LOCKS << 32 | lock->class->id;
	HASH_FIND(hh, set->rows.groups, key, sizeof(*key), group);
	return group;
}

/* Nobody will ask for it again. */
static void kind_free(struct dependencies *set, struct row_kind *kind)
{
	struct arena *arena = set->arena;

	*kind->back = kind->next;
	if (kind->next)
		kind->next->back = kind->back;
	HASH_DELETE(hh, set->rows.kinds, kind);
	arena_free(arena, kind, sizeof(*kind));
}

/* The kinds that name the lock end with it; of what asked for it nothing is to be known. */
static void retire_named(struct dependencies *set, const struct lock *lock)
{
	while (lock->rows) {
		struct row_kind *kind = lock->rows->kind;

		kind_close(set, kind, kind->locks[kind->count].lock == lock);
		kind_free(set, kind);
	}
}

static void group_free(struct dependencies *set, struct row_group *group)
{
	struct arena *arena = set->arena;

	while (group->kinds) {
		if (!group->kinds->closed)
			kind_close(set, group->kinds, true);
		kind_free(set, group->kinds);
	}
	HASH_DELETE(hh, set->rows.groups, group);
	arena_free(arena, group, sizeof(*group));
}

static bool is_member(const struct row_group *group, const struct lock *lock)
{
	return atomic_load_explicit(&group->members[row_word(lock->id)], memory_order_relaxed) & row_bit(lock->id);
}

/* Others were held with it, and that they were stays true: dependency_retire sees to it. */
static void retire_member(struct dependencies *set, struct row_group *group, struct lock *lock)
{
	for (const struct row_kind *kind = group->kinds; kind; kind = kind->next)
		if (!kind->closed && kind->count > 1 && kind->axis != kind->count)
			add_lock(set, kind, lock);
	if (--group->alive == 0)
		group_free(set, group);
}

void rows_retire(struct dependencies *set, struct lock *lock)
{
	struct row_group *group;
	uint64_t key;

	if (!set->rows.groups)
		return;
	if (lock->epoch == set->epoch)
		retire_named(set, lock);
	group = group_find(set, lock, &key);
	if (group && is_member(group, lock))
		retire_member(set, group, lock);
}

/* Kinds that are closed refuse what threads do not know yet of the lock's new class. */
void rows_leave(struct dependencies *set, struct lock *lock)
{
	struct row_group *group;
	uint64_t key;

	if (!set->rows.groups)
		return;
	while (lock->epoch == set->epoch && lock->rows)
		kind_close(set, lock->rows->kind, false);
	group = group_find(set, lock, &key);
	if (!group || !is_member(group, lock))
		return;
	for (struct row_kind *kind = group->kinds; kind; kind = kind->next)
		if (!kind->closed)
			kind_close(set, kind, false);
	atomic_fetch_and_explicit(&group->members[row_word(lock->id)], ~row_bit(lock->id), memory_order_relaxed);
	if (--group->alive == 0)
		group_free(set, group);
}

/* ---- kinds ---- */

static struct row_group *group_of(struct dependencies *set, const struct lock *lock)
{
	struct arena *arena = set->arena;
	uint64_t key;
	struct row_group *group = group_find(set, lock, &key);

	if (group)
		return group;
	group = arena_alloc(arena, sizeof(*group));
	if (!group)
		return NULL;
	group->key = key;
	group->class = lock->class;
	group->base = lock->id - lock->id % ROW_LOCKS;
	HASH_ADD(hh, set->rows.groups, key, sizeof(group->key), group);
	if (hash_added(group))
		return group;
	arena_free(arena, group, sizeof(*group));
	return NULL;
}

/* Was it asked often enough? */
static bool tried(struct dependencies *set, uint64_t key)
{
	struct rows *rows = &set->rows;
	struct row_try *place;

	if (!rows->tries)
		rows->tries = arena_alloc(set->arena, TRY_PLACES * sizeof(*rows->tries));
	if (!rows->tries)
		return false;
	place = &rows->tries[hash_mix(0, key) % TRY_PLACES];
	if (place->key != key)
		*place = (struct row_try){.key = key};
	return ++place->count >= rows->tries_wanted;
}

/* May what is asked be of a kind, as far as its locks are concerned? Other processes have to know of what they share (dependency.h), and who writes
 * and who reads again must be among those that asked for a lock where writers come first. */
static bool fits(struct dependencies *set, const struct dependency_request *request, uint32_t axis)
{
	bool fits = !request->cut && request->how != LOCK_TRY && request->lock->class->key.lock_kind != KIND_RWLOCK_WRITER;

	for (uint32_t i = 0; i <= request->count; i++) {
		const struct lock *lock = at(request, i).lock;

		fits &= !(lock->class->key.lock_flags & LOCK_PROCESS_SHARED) && (i == axis || lock->epoch == set->epoch);
	}
	return fits;
}

static void link_kind(struct row_kind *kind)
{
	for (uint32_t i = 0; i <= kind->count; i++) {
		struct row_link *link = &kind->links[i], **head = i == kind->axis ? NULL : &kind->locks[i].lock->rows;

		if (!head)
			continue;
		*link = (struct row_link){.kind = kind, .next = *head, .back = head};
		if (*head)
			(*head)->back = &link->next;
		*head = link;
	}
	kind->next = kind->group->kinds;
	kind->back = &kind->group->kinds;
	if (kind->next)
		kind->next->back = &kind->next;
	kind->group->kinds = kind;
}

static struct row_kind *kind_new(struct dependencies *set, const struct dependency_request *request, uint32_t axis, uint64_t key)
{
	struct arena *arena = set->arena;
	struct row_group *group = group_of(set, at(request, axis).lock);
	struct row_kind *kind = group ? arena_alloc(arena, sizeof(*kind)) : NULL;

	if (!kind)
		return NULL;
	kind->key = key;
	kind->group = group;
	kind->axis = axis;
	kind->count = request->count;
	for (uint32_t i = 0; i <= request->count; i++)
		kind->locks[i] = at(request, i);
	kind->locks[axis].lock = NULL;
	kind->last = &kind->rows;
	HASH_ADD(hh, set->rows.kinds, key, sizeof(kind->key), kind);
	if (!hash_added(kind)) {
		arena_free(arena, kind, sizeof(*kind));
		return NULL;
	}
	link_kind(kind);
	return kind;
}

/* Is it what the request says, but for the lock at the axis? */
static bool agrees(const struct row_kind *kind, const struct dependency_request *request, uint32_t axis)
{
	bool same = kind->count == request->count && kind->axis == axis && !request->cut;

	for (uint32_t i = 0; i <= kind->count && same; i++) {
		const struct dependency_held *known = &kind->locks[i], asked = at(request, i);

		same = known->stack == asked.stack && known->mode == asked.mode && known->how == asked.how;
		if (i == axis)
			same &= kind->group->class == asked.lock->class && kind->group->base == asked.lock->id - asked.lock->id % ROW_LOCKS;
		else
			same &= known->lock == asked.lock;
	}
	return same;
}

static struct row *row_of(struct dependencies *set, struct row_kind *kind, const struct dependency_request *request)
{
	struct row *row = kind->rows;

	while (row && !(row->thread == request->thread && row->segment == request->segment))
		row = row->next;
	if (row || kind->rows_count == ROW_WITNESSES || set->rows.count == ROWS_MOST)
		return row;
	row = arena_alloc(set->arena, sizeof(*row));
	if (!row)
		return NULL;
	row->group = kind->group;
	row->thread = request->thread;
	row->segment = request->segment;
	row->when = request->when;
	*kind->last = row;
	kind->last = &row->next;
	kind->rows_count++;
	set->rows.count++;
	note_count(&set->notes, row->thread, row->segment, 1);
	return row;
}

/* The kind that it is of, a new one if need be; NULL: it is of none. */
static struct row_kind *kind_of(struct dependencies *set, const struct dependency_request *request, uint32_t axis, uint64_t key)
{
	struct row_kind *kind;

	HASH_FIND(hh, set->rows.kinds, &key, sizeof(key), kind);
	if (kind)
		return !kind->closed && agrees(kind, request, axis) ? kind : NULL;
	if (set->rows.off || set->rows.count == ROWS_MOST || !fits(set, request, axis) || !tried(set, key))
		return NULL;
	/* They are there already, unless there was no memory for the dependencies before. */
	if (!dependency_add_class_edges(set, request))
		return NULL;
	for (uint32_t i = 0; i < request->count; i++)
		if (dependency_classes_in_ring(set, request->held[i].lock->class, request->lock->class))
			return NULL;
	return kind_new(set, request, axis, key);
}

uint32_t rows_axis(const struct dependency_request *request)
{
	uint32_t axis = ROW_NONE, most = ROW_MANY - 1;

	for (uint32_t i = 0; request->count <= ROW_HELD && i <= request->count; i++) {
		const struct lock_class *class = at(request, i).lock->class;

		if (class->locks > most) {
			axis = i;
			most = class->locks;
		}
	}
	return axis;
}

struct row *rows_take(struct dependencies *set, struct lock_table *table, const struct dependency_request *request, uint32_t axis,
		      uint64_t key)
{
	const struct lock *lock = at(request, axis).lock;
	struct row_kind *kind;
	struct row *row;

	set->locks = table;
	kind = kind_of(set, request, axis, key);
	row = kind ? row_of(set, kind, request) : NULL;
	if (kind && !row)
		kind_close(set, kind, false);
	if (!row)
		return NULL;
	kind->group->alive += !is_member(kind->group, lock);
	atomic_fetch_or_explicit(&kind->group->members[row_word(lock->id)], row_bit(lock->id), memory_order_relaxed);
	row_add(row, lock->id);
	return row;
}
