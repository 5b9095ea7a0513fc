/* identity.c: see identity.h. */
#include "identity.h"

#include <errno.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/random.h>

#include "real.h"
#include "settings.h"
#include "sink.h"
#include "stack.h"

uint64_t identity_secret = 0x5bd1e9955bd1e995ull;
static bool stamp_mutexes, stamp_rwlocks;

/* ---- the table: by address; entries are only ever added, look-up takes no lock ---- */

struct entry {
	const void *address;
	_Atomic uint64_t id; /* of the life that is going on; 0: over */
	struct entry *next;
};
#define TABLE_SIZE 4096u
static struct entry *_Atomic table[TABLE_SIZE];

static struct entry *_Atomic *table_head(const void *address)
{
	return &table[((uintptr_t)address >> 3) * 0x9e3779b97f4a7c15ull >> 52];
}

static struct entry *table_find(const void *address)
{
	/* Acquire pairs with the release in table_set: an entry that is reached is whole. */
	struct entry *entry = atomic_load_explicit(table_head(address), memory_order_acquire);

	while (entry && entry->address != address)
		entry = entry->next;
	return entry;
}

static uint64_t table_id(const void *address)
{
	struct entry *entry = table_find(address);

	return entry ? atomic_load_explicit(&entry->id, memory_order_relaxed) : 0;
}

/* Caller holds process->lock. */
static bool table_set(const void *address, uint64_t id)
{
	struct entry *entry = table_find(address);

	if (entry) {
		atomic_store_explicit(&entry->id, id, memory_order_relaxed);
		return true;
	}
	entry = arena_alloc(&tables, sizeof(*entry));
	if (!entry)
		return false;
	entry->address = address;
	entry->id = id;
	entry->next = atomic_load_explicit(table_head(address), memory_order_relaxed);
	atomic_store_explicit(table_head(address), entry, memory_order_release);
	return true;
}

/* ---- kinds ---- */

struct sort identity_mutex_sort(const pthread_mutex_t *mutex)
{
	static const uint8_t kinds[] = {KIND_MUTEX, KIND_RECURSIVE, KIND_ERRORCHECK, KIND_ADAPTIVE};
	int kind = mutex->__data.__kind;
	struct sort sort = {.kind = kinds[kind & 3]};

	/* glibc's bits: 3 type, 0x10 robust, 0x20 PI, 0x40 priority ceiling, 0x80 process-shared, 0x300 lock elision. */
	if (kind & ~0x3f3)
		return (struct sort){0};
	sort.flags = (kind & 0x10 ? LOCK_ROBUST : 0) | (kind & 0x20 ? LOCK_PI : 0) | (kind & 0x80 ? LOCK_PROCESS_SHARED : 0);
	return sort;
}

struct sort identity_rwlock_sort(const pthread_rwlock_t *rwlock)
{
	struct sort sort = {.kind = rwlock->__data.__flags == PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP ? KIND_RWLOCK_WRITER
													   : KIND_RWLOCK};

	sort.flags = rwlock->__data.__shared ? LOCK_PROCESS_SHARED : 0;
	return sort;
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
	uint64_t word = id ? (uint64_t)identity_rwlock_check(rwlock, id) << 32 | id : 0;

	__atomic_store_n((uint64_t __attribute__((may_alias)) *)&rwlock->__data.__pad2, word, __ATOMIC_RELEASE);
}

static uint64_t mutex_mark(pthread_mutex_t *mutex, struct sort sort, uint64_t id)
{
	if (!has_stamp(sort))
		return table_set(mutex, id) ? id : 0;
	stamp_mutex(mutex, id);
	return id;
}

static uint64_t rwlock_mark(pthread_rwlock_t *rwlock, struct sort sort, uint64_t id)
{
	/* The stamp has 32 bits for the number. */
	if (!has_stamp(sort) || id > UINT32_MAX)
		return table_set(rwlock, id) ? id : 0;
	stamp_rwlock(rwlock, id);
	return id;
}

uint64_t identity_mutex_find(const pthread_mutex_t *mutex)
{
	uint64_t id = has_stamp(identity_mutex_sort(mutex)) ? identity_of_mutex(mutex) : 0;

	return id ? id : table_id(mutex);
}

uint64_t identity_rwlock_find(const pthread_rwlock_t *rwlock)
{
	uint64_t id = has_stamp(identity_rwlock_sort(rwlock)) ? identity_of_rwlock(rwlock) : 0;

	return id ? id : table_id(rwlock);
}

/* ---- lives ---- */

/* A new life at `site`, looked up again under the lock: another thread may have been quicker. */
static uint64_t mutex_make_locked(struct self *self, pthread_mutex_t *mutex, struct sort sort, uint32_t stack, bool init)
{
	uint64_t id = init ? 0 : identity_mutex_find(mutex);

	if (id)
		return id;
	id = event_lock_new(self, sort, mutex, init ? stack : 0, stack);
	return id ? mutex_mark(mutex, sort, id) : 0;
}

static uint64_t rwlock_make_locked(struct self *self, pthread_rwlock_t *rwlock, struct sort sort, uint32_t stack, bool init)
{
	uint64_t id = init ? 0 : identity_rwlock_find(rwlock);

	if (id)
		return id;
	id = event_lock_new(self, sort, rwlock, init ? stack : 0, stack);
	return id ? rwlock_mark(rwlock, sort, id) : 0;
}

static uint64_t mutex_make(struct self *self, pthread_mutex_t *mutex, struct site site, bool init)
{
	struct sort sort = identity_mutex_sort(mutex);
	const struct memo *memo;
	uint64_t id;

	if (sort.kind == KIND_UNKNOWN)
		return 0;
	memo = stack_capture(self, site);
	if (!state_lock(self))
		return 0;
	id = mutex_make_locked(self, mutex, sort, memo->stack, init);
	state_unlock(self);
	return id;
}

static uint64_t rwlock_make(struct self *self, pthread_rwlock_t *rwlock, struct site site, bool init)
{
	struct sort sort = identity_rwlock_sort(rwlock);
	const struct memo *memo = stack_capture(self, site);
	uint64_t id;

	if (!state_lock(self))
		return 0;
	id = rwlock_make_locked(self, rwlock, sort, memo->stack, init);
	state_unlock(self);
	return id;
}

SLOW uint64_t identity_mutex_make(struct self *self, pthread_mutex_t *mutex, struct site site)
{
	uint64_t id = identity_mutex_find(mutex);

	if (id || !self_enter())
		return id;
	id = mutex_make(self, mutex, site, false);
	self_leave(self);
	return id;
}

SLOW uint64_t identity_rwlock_make(struct self *self, pthread_rwlock_t *rwlock, struct site site)
{
	uint64_t id = identity_rwlock_find(rwlock);

	if (id || !self_enter())
		return id;
	id = rwlock_make(self, rwlock, site, false);
	self_leave(self);
	return id;
}

void identity_mutex_begin(struct self *self, pthread_mutex_t *mutex, struct site site)
{
	uint64_t before = table_id(mutex);

	if (before)
		event_lock_gone(self, before);
	mutex_make(self, mutex, site, true);
}

void identity_rwlock_begin(struct self *self, pthread_rwlock_t *rwlock, struct site site)
{
	uint64_t before = table_id(rwlock);

	if (before)
		event_lock_gone(self, before);
	rwlock_make(self, rwlock, site, true);
}

/* Takes a table entry's number away. */
static void table_forget(struct self *self, const void *address)
{
	if (!table_id(address) || !state_lock(self))
		return;
	table_set(address, 0);
	state_unlock(self);
}

void identity_mutex_end(struct self *self, pthread_mutex_t *mutex)
{
	uint64_t id = identity_mutex_find(mutex);

	if (id && has_stamp(identity_mutex_sort(mutex)))
		stamp_mutex(mutex, 0);
	table_forget(self, mutex);
	if (id)
		event_lock_gone(self, id);
}

void identity_rwlock_end(struct self *self, pthread_rwlock_t *rwlock)
{
	uint64_t id = identity_rwlock_find(rwlock);

	if (id && has_stamp(identity_rwlock_sort(rwlock)))
		stamp_rwlock(rwlock, 0);
	table_forget(self, rwlock);
	if (id)
		event_lock_gone(self, id);
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
	if (settings.identity_table)
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
