/* identity.c: see identity.h. */
#include "identity.h"

#include <errno.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/random.h>

#include "index.h"
#include "mapping.h"
#include "real.h"
#include "settings.h"
#include "sink.h"
#include "stack.h"

uint64_t identity_secret = 0x5bd1e9955bd1e995ull;
static bool stamp_mutexes, stamp_rwlocks;
#define DESTROYED_MIX 0x2b3c5d69u /* what makes of a stamp the mark of a destroyed rwlock */

/* ---- kinds ---- */

struct sort identity_mutex_sort(const pthread_mutex_t *mutex)
{
	return libc_mutex_sort(mutex);
}

struct sort identity_rwlock_sort(const pthread_rwlock_t *rwlock)
{
	return libc_rwlock_sort(rwlock);
}

/* ---- stamps ---- */

static bool has_stamp(struct sort sort)
{
	return !(sort.flags & (LOCK_ROBUST | LOCK_PROCESS_SHARED)) &&
	       (sort.kind == KIND_RWLOCK || sort.kind == KIND_RWLOCK_WRITER ? stamp_rwlocks : stamp_mutexes);
}

static void stamp_mutex(pthread_mutex_t *mutex, uint64_t id)
{
	struct identity_stamp *stamp = identity_mutex_stamp(mutex);

	__atomic_store_n(&stamp->id, id, __ATOMIC_RELAXED);
	__atomic_store_n(&stamp->check, id ? identity_secret ^ (uintptr_t)mutex ^ id : 0, __ATOMIC_RELEASE);
}

static void stamp_rwlock(pthread_rwlock_t *rwlock, uint64_t id)
{
	/* A number that does not fit is in the index only. */
	uint64_t word = id && id <= UINT32_MAX ? (uint64_t)identity_rwlock_check(rwlock, id) << 32 | id : 0;

	__atomic_store_n((uint64_t __attribute__((may_alias)) *)libc_rwlock_room(rwlock), word, __ATOMIC_RELEASE);
}

/* Not a stamp any more, and recognisably so: until the memory is written, by whoever owns it next. */
static void mark_rwlock_destroyed(pthread_rwlock_t *rwlock, uint64_t id)
{
	uint64_t word = (uint64_t)(identity_rwlock_check(rwlock, id) ^ DESTROYED_MIX) << 32 | (uint32_t)id;

	__atomic_store_n((uint64_t __attribute__((may_alias)) *)libc_rwlock_room(rwlock), word, __ATOMIC_RELEASE);
}

/* By the index. One that was only declared so far is still to be met (life_met). */
static uint64_t indexed(const void *address)
{
	const struct index_entry *entry = index_find(address);
	uint64_t id = entry && entry->kind != KIND_UNKNOWN && entry->kind != INDEX_CONDITION
			      ? atomic_load_explicit(&entry->id, memory_order_relaxed)
			      : 0;

	return id == INDEX_DESTROYED ? 0 : id;
}

uint64_t identity_mutex_find(const pthread_mutex_t *mutex)
{
	return has_stamp(identity_mutex_sort(mutex)) ? identity_of_mutex(mutex) : indexed(mutex);
}

uint64_t identity_rwlock_find(const pthread_rwlock_t *rwlock)
{
	bool stamped = has_stamp(identity_rwlock_sort(rwlock));
	uint64_t id = stamped ? identity_of_rwlock(rwlock) : 0;

	if (id)
		return id;
	id = indexed(rwlock);
	/* A number that the stamp has no room for is in the index only; any other one there is of a life that is over. */
	return !stamped || id > UINT32_MAX ? id : 0;
}

bool identity_mutex_destroyed(const pthread_mutex_t *mutex)
{
	return libc_mutex_destroyed(mutex);
}

bool identity_rwlock_destroyed(const pthread_rwlock_t *rwlock)
{
	uint64_t word = __atomic_load_n((const uint64_t __attribute__((may_alias)) *)libc_rwlock_room(rwlock), __ATOMIC_RELAXED);

	/* Without a stamp an assigned PTHREAD_RWLOCK_INITIALIZER does not show; a process-shared one has to be initialised by a call. */
	if (!has_stamp(identity_rwlock_sort(rwlock)))
		return (identity_rwlock_sort(rwlock).flags & LOCK_PROCESS_SHARED) &&
		       identity_plain_destroyed(rwlock, identity_rwlock_sort(rwlock).kind);
	return word >> 32 == (identity_rwlock_check(rwlock, (uint32_t)word) ^ DESTROYED_MIX);
}

bool identity_plain_destroyed(const void *address, uint8_t kind)
{
	const struct index_entry *entry = index_find(address);

	return entry && entry->kind == kind && atomic_load_explicit(&entry->id, memory_order_relaxed) == INDEX_DESTROYED;
}

/* ---- lives ---- */

/* What a life begins with. */
struct birth {
	struct self *self;
	struct sort sort;
	const void *address;
	struct site site;
	bool init; /* by a call; otherwise it is first seen at its first acquisition */
	/* Filled by birth_prepare. */
	uint32_t stack;
	bool has_place;
	struct lock_place place;
};

/* What is to be found out before the lock is taken. */
static void birth_prepare(struct birth *birth)
{
	birth->stack = stack_capture(birth->self, birth->site)->stack;
	if (birth->sort.flags & LOCK_PROCESS_SHARED)
		birth->has_place = mapping_find(birth->self, birth->address, &birth->place);
}

/* One that was declared before it was ever used: its life is the one that goes on. */
static uint64_t life_met(const struct birth *birth, struct sort *sort)
{
	const struct index_entry *entry = index_find(birth->address);
	uint64_t id = entry && entry->kind == KIND_UNKNOWN && sort->kind != KIND_UNKNOWN ? index_id(birth->address) : 0;

	if (id)
		event_lock_met(sort, id, birth->address, birth->init ? birth->stack : 0, birth->stack);
	return id;
}

/* A new life at that address; the one that was there before is over. Caller holds the lock. */
static uint64_t life_begin(const struct birth *birth)
{
	struct sort sort = birth->sort;
	uint64_t met = life_met(birth, &sort), before, id;
	struct index_entry *entry = index_add(birth->address, sort.kind, sort.flags);

	if (!entry) {
		event_missing();
		return 0;
	}
	before = atomic_load_explicit(&entry->id, memory_order_relaxed);
	if (before && before != INDEX_DESTROYED && !met)
		event_lock_gone(before);
	entry->class = NULL;
	id = met ? met : event_lock_new(birth->self, &sort, birth->address, birth->init ? birth->stack : 0, birth->stack);
	if (!id)
		event_missing();
	if (id && birth->has_place)
		event_lock_place(id, &birth->place);
	entry->flags = sort.flags;
	atomic_store_explicit(&entry->id, id, memory_order_relaxed);
	return id;
}

static uint64_t mutex_make(struct birth *birth, pthread_mutex_t *mutex)
{
	uint64_t id;

	if (birth->sort.kind == KIND_UNKNOWN)
		return 0;
	birth_prepare(birth);
	if (!state_lock(birth->self))
		return 0;
	/* Looked up again under the lock: another thread may have been quicker. */
	id = birth->init ? 0 : identity_mutex_find(mutex);
	if (!id) {
		id = life_begin(birth);
		if (id && has_stamp(birth->sort))
			stamp_mutex(mutex, id);
	}
	state_unlock(birth->self);
	return id;
}

static uint64_t rwlock_make(struct birth *birth, pthread_rwlock_t *rwlock)
{
	uint64_t id;

	birth_prepare(birth);
	if (!state_lock(birth->self))
		return 0;
	id = birth->init ? 0 : identity_rwlock_find(rwlock);
	if (!id) {
		id = life_begin(birth);
		if (id && has_stamp(birth->sort))
			stamp_rwlock(rwlock, id);
	}
	state_unlock(birth->self);
	return id;
}

static uint64_t plain_make(struct birth *birth)
{
	const struct index_entry *entry;
	uint64_t id;

	birth_prepare(birth);
	if (!state_lock(birth->self))
		return 0;
	entry = birth->init ? NULL : index_find(birth->address);
	id = entry && entry->kind == birth->sort.kind ? index_id(birth->address) : 0;
	if (!id)
		id = life_begin(birth);
	state_unlock(birth->self);
	return id;
}

SLOW uint64_t identity_mutex_make(struct self *self, pthread_mutex_t *mutex, struct site site)
{
	struct birth birth = {.self = self, .sort = identity_mutex_sort(mutex), .address = mutex, .site = site};
	uint64_t id = identity_mutex_find(mutex);

	if (id || self->ignored || !self_enter())
		return id;
	id = mutex_make(&birth, mutex);
	self_leave(self);
	return id;
}

uint64_t identity_mutex_meet(struct self *self, pthread_mutex_t *mutex, struct site site)
{
	return mutex_make(&(struct birth){.self = self, .sort = identity_mutex_sort(mutex), .address = mutex, .site = site, .init = false},
			  mutex);
}

SLOW uint64_t identity_rwlock_make(struct self *self, pthread_rwlock_t *rwlock, struct site site)
{
	struct birth birth = {.self = self, .sort = identity_rwlock_sort(rwlock), .address = rwlock, .site = site};
	uint64_t id = identity_rwlock_find(rwlock);

	if (id || self->ignored || !self_enter())
		return id;
	id = rwlock_make(&birth, rwlock);
	self_leave(self);
	return id;
}

SLOW uint64_t identity_plain_make(struct self *self, const void *address, uint8_t kind, struct site site)
{
	struct birth birth = {.self = self, .sort = {.kind = kind}, .address = address, .site = site};
	uint64_t id = 0;

	if (self->ignored || !self_enter())
		return 0;
	id = plain_make(&birth);
	self_leave(self);
	return id;
}

void identity_mutex_begin(struct self *self, pthread_mutex_t *mutex, struct site site)
{
	mutex_make(&(struct birth){.self = self, .sort = identity_mutex_sort(mutex), .address = mutex, .site = site, .init = true}, mutex);
}

void identity_rwlock_begin(struct self *self, pthread_rwlock_t *rwlock, struct site site)
{
	rwlock_make(&(struct birth){.self = self, .sort = identity_rwlock_sort(rwlock), .address = rwlock, .site = site, .init = true},
		    rwlock);
}

void identity_plain_begin(struct self *self, const void *address, uint8_t kind, uint8_t flags, struct site site)
{
	plain_make(&(struct birth){.self = self, .sort = {.kind = kind, .flags = flags}, .address = address, .site = site, .init = true});
}

/* The life at that address is over; its entry goes on to say so until the memory goes away or holds another lock. */
static void life_end(struct self *self, const void *address, struct site site)
{
	uint32_t stack = stack_capture(self, site)->stack;
	struct index_entry *entry;
	uint64_t id;

	if (!state_lock(self))
		return;
	entry = index_find(address);
	id = entry ? atomic_load_explicit(&entry->id, memory_order_relaxed) : 0;
	if (id && id != INDEX_DESTROYED) {
		entry->class = event_lock_gone(id);
		entry->stack = stack;
		entry->thread = self->info->id;
		atomic_store_explicit(&entry->id, INDEX_DESTROYED, memory_order_relaxed);
	}
	state_unlock(self);
}

void identity_mutex_end(struct self *self, pthread_mutex_t *mutex, struct site site)
{
	life_end(self, mutex, site);
}

void identity_rwlock_end(struct self *self, pthread_rwlock_t *rwlock, struct site site)
{
	uint64_t id = identity_rwlock_find(rwlock);

	if (id && has_stamp(identity_rwlock_sort(rwlock)))
		mark_rwlock_destroyed(rwlock, id);
	life_end(self, rwlock, site);
}

void identity_plain_end(struct self *self, const void *address, uint8_t kind, struct site site)
{
	const struct index_entry *entry = index_find(address);

	if (entry && entry->kind == kind)
		life_end(self, address, site);
}

uint64_t identity_destroyed(struct self *self, const void *address, uint32_t *stack, uint32_t *thread)
{
	struct index_entry *entry;
	uint64_t id = 0;

	*stack = *thread = 0;
	if (!state_lock(self))
		return 0;
	entry = index_find(address);
	if (entry && entry->class && atomic_load_explicit(&entry->id, memory_order_relaxed) == INDEX_DESTROYED) {
		id = event_lock_again(self, entry->class, address);
		*stack = entry->stack;
		*thread = entry->thread;
	}
	state_unlock(self);
	return id;
}

/* ---- locks that the source tells of ---- */

/* The number of the life that the index has there, if it is the one that goes on: one with a stamp may have been made anew. */
static uint64_t life_there(const struct index_entry *entry)
{
	uint64_t id = index_id(entry->address);

	switch (entry->kind) {
	case KIND_MUTEX:
	case KIND_RECURSIVE:
	case KIND_ERRORCHECK:
	case KIND_ADAPTIVE:
		return identity_mutex_find((const pthread_mutex_t *)entry->address) == id ? id : 0;
	case KIND_RWLOCK:
	case KIND_RWLOCK_WRITER:
		return identity_rwlock_find((const pthread_rwlock_t *)entry->address) == id ? id : 0;
	default:
		return id;
	}
}

uint64_t identity_declared(struct self *self, const void *address, struct site site)
{
	struct birth birth = {.self = self, .address = address, .site = site};
	const struct index_entry *entry;
	uint64_t id;

	birth_prepare(&birth);
	if (!state_lock(self))
		return 0;
	entry = index_find(address);
	id = entry && entry->kind != INDEX_CONDITION ? life_there(entry) : 0;
	if (!id)
		id = life_begin(&birth);
	state_unlock(self);
	return id;
}

void identity_plain_gone(struct self *self, const void *address, uint64_t id)
{
	if (!state_lock(self))
		return;
	if (id && index_id(address) == id) {
		event_lock_gone(id);
		index_remove(address);
	}
	state_unlock(self);
}

void identity_forget(const struct index_entry *entry)
{
	const void *address = entry->address;

	if (!life_there(entry) || !has_stamp((struct sort){.kind = entry->kind, .flags = entry->flags}))
		return;
	if (entry->kind == KIND_RWLOCK || entry->kind == KIND_RWLOCK_WRITER)
		stamp_rwlock((pthread_rwlock_t *)(uintptr_t)address, 0);
	else if (entry->kind != KIND_UNKNOWN && entry->kind <= KIND_ADAPTIVE)
		stamp_mutex((pthread_mutex_t *)(uintptr_t)address, 0);
}

/* ---- self-test ---- */

static bool mutex_keeps_stamp(int kind, int protocol)
{
	pthread_mutexattr_t attributes;
	pthread_mutex_t mutex;
	bool kept;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_settype(&attributes, kind);
	pthread_mutexattr_setprotocol(&attributes, protocol);
	if (real.pthread_mutex_init(&mutex, &attributes) != 0)
		return true;
	kept = identity_of_mutex(&mutex) == 0;
	stamp_mutex(&mutex, 42);
	real.pthread_mutex_lock(&mutex);
	kept &= identity_of_mutex(&mutex) == 42 && real.pthread_mutex_trylock(&mutex) == (kind == PTHREAD_MUTEX_RECURSIVE ? 0 : EBUSY);
	if (kind == PTHREAD_MUTEX_RECURSIVE)
		real.pthread_mutex_unlock(&mutex);
	real.pthread_mutex_unlock(&mutex);
	kept &= identity_of_mutex(&mutex) == 42;
	real.pthread_mutex_destroy(&mutex);
	return kept;
}

static bool rwlock_keeps_stamp(void)
{
	pthread_rwlock_t rwlock;
	bool kept;

	real.pthread_rwlock_init(&rwlock, NULL);
	kept = identity_of_rwlock(&rwlock) == 0;
	stamp_rwlock(&rwlock, 42);
	real.pthread_rwlock_rdlock(&rwlock);
	real.pthread_rwlock_unlock(&rwlock);
	real.pthread_rwlock_wrlock(&rwlock);
	kept &= identity_of_rwlock(&rwlock) == 42;
	real.pthread_rwlock_unlock(&rwlock);
	real.pthread_rwlock_destroy(&rwlock);
	return kept && identity_of_rwlock(&rwlock) == 42;
}

void identity_init(void)
{
	uint64_t secret;

	if (getrandom(&secret, sizeof(secret), GRND_NONBLOCK) != sizeof(secret))
		memcpy(&secret, (void *)(uintptr_t)getauxval(AT_RANDOM), sizeof(secret));
	identity_secret = secret | 1ull << 63;
	if (settings.identity_table || !LIBC_HAS_ROOM)
		return;
	stamp_mutexes = mutex_keeps_stamp(PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_NONE) &&
			mutex_keeps_stamp(PTHREAD_MUTEX_RECURSIVE, PTHREAD_PRIO_NONE) &&
			mutex_keeps_stamp(PTHREAD_MUTEX_ERRORCHECK, PTHREAD_PRIO_NONE) &&
			mutex_keeps_stamp(PTHREAD_MUTEX_ADAPTIVE_NP, PTHREAD_PRIO_NONE) &&
			mutex_keeps_stamp(PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_INHERIT);
	stamp_rwlocks = rwlock_keeps_stamp();
	if (!stamp_mutexes || !stamp_rwlocks)
		sink_limit(LIMIT_SELF_TEST);
}
