/*
 * identity.h: which lock it is: a stamp in bytes of the lock that glibc leaves unused, or a table by address (INTERPOSITION section 4).
 *
 * A stamp {check, id} with check = secret ^ address ^ id lies in `__list` of a mutex that is neither robust nor process-shared. Any
 * initialisation wipes it, PTHREAD_MUTEX_INITIALIZER and std::mutex's constructor included, so memory that is used again holds a new
 * lock. An rwlock has room for 32 bits of each in `__pad2`. A torn pair, a copy at another address, or another run's stamp never verify.
 * Everything else (robust, process-shared, spin locks, a libc whose layout fails the self-test) is looked up by address in the index
 * (index.h), which has an entry for the stamped ones too: a new life at an address ends the one before it, and memory that goes away
 * ends all that lie in it.
 */
#ifndef GRIDLOCK_IDENTITY_H
#define GRIDLOCK_IDENTITY_H

#include <pthread.h>

#include "events.h"
#include "libc.h"
#include "state.h"

extern HIDDEN uint64_t identity_secret;

struct identity_stamp {
	uint64_t check, id;
} __attribute__((may_alias));

INLINE struct identity_stamp *identity_mutex_stamp(const pthread_mutex_t *mutex)
{
	return (struct identity_stamp *)libc_mutex_room(mutex);
}

/* Has the mutex a valid stamp? Then *id is its number, never 0. */
INLINE bool identity_mutex_stamped(const pthread_mutex_t *mutex, uint64_t *id)
{
	const struct identity_stamp *stamp = identity_mutex_stamp(mutex);

	*id = __atomic_load_n(&stamp->id, __ATOMIC_RELAXED);
	/* No id of 0 verifies: its check would be secret ^ address, and the secret has a bit that no address has (identity_init). */
	return (__atomic_load_n(&stamp->check, __ATOMIC_RELAXED) ^ *id ^ (uintptr_t)mutex) == identity_secret;
}

/* The number of a stamped mutex, 0 when there is no valid stamp. */
INLINE uint64_t identity_of_mutex(const pthread_mutex_t *mutex)
{
	uint64_t id;

	return identity_mutex_stamped(mutex, &id) ? id : 0;
}

INLINE uint32_t identity_rwlock_check(const pthread_rwlock_t *rwlock, uint32_t id)
{
	return (uint32_t)identity_secret ^ (uint32_t)(((uintptr_t)rwlock >> 3) * 0x9e3779b1u) ^ id * 0x85ebca6bu;
}

INLINE uint64_t identity_of_rwlock(const pthread_rwlock_t *rwlock)
{
	uint64_t word = __atomic_load_n((const uint64_t __attribute__((may_alias)) *)libc_rwlock_room(rwlock), __ATOMIC_RELAXED);

	return likely(word >> 32 == identity_rwlock_check(rwlock, (uint32_t)word)) ? (uint32_t)word : 0;
}

/* Draws the secret and tries the stamps on private locks of each kind; those that fail get the table. At start. */
void identity_init(void);

/* The kind of a lock as libc's memory shows it; KIND_UNKNOWN when it was destroyed or makes no sense. */
struct sort identity_mutex_sort(const pthread_mutex_t *mutex);
struct sort identity_rwlock_sort(const pthread_rwlock_t *rwlock);

/* The number of a lock without a valid stamp: from the table, or a new one for a lock that is seen for the first time (at `site`, which is
 * the class of a lock that was never initialised by a call). 0: not watched, or met where the source asks us to look away. From the fast path. */
uint64_t identity_mutex_make(struct self *self, pthread_mutex_t *mutex, struct site site);
uint64_t identity_rwlock_make(struct self *self, pthread_rwlock_t *rwlock, struct site site);
/* Of a lock that is nothing but an address and a kind. */
uint64_t identity_plain_make(struct self *self, const void *address, uint8_t kind, struct site site);

/* The same in the slow path. */
uint64_t identity_mutex_meet(struct self *self, pthread_mutex_t *mutex, struct site site);

/* The number if there is one; never makes one. Any thread. */
uint64_t identity_mutex_find(const pthread_mutex_t *mutex);
uint64_t identity_rwlock_find(const pthread_rwlock_t *rwlock);

/* After a successful init at `site`, and before a destroy that will succeed. In the slow path. */
void identity_mutex_begin(struct self *self, pthread_mutex_t *mutex, struct site site);
void identity_rwlock_begin(struct self *self, pthread_rwlock_t *rwlock, struct site site);
void identity_plain_begin(struct self *self, const void *address, uint8_t kind, uint8_t flags, struct site site);
void identity_mutex_end(struct self *self, pthread_mutex_t *mutex, struct site site);
void identity_rwlock_end(struct self *self, pthread_rwlock_t *rwlock, struct site site);
/* The same where what comes to lie there next is another lock, and no mistake. */
void identity_plain_gone(struct self *self, const void *address, uint64_t id);
void identity_plain_end(struct self *self, const void *address, uint8_t kind, struct site site);

/* The number of the lock there, of which the source tells; a new one, of a kind that shows when it is met (event_lock_met), where none is known. 0: no
 * memory. In the slow path. */
uint64_t identity_declared(struct self *self, const void *address, struct site site);
/* Wipes the stamp of the lock that the index has there: whoever uses it next has a new one. */
struct index_entry;
void identity_forget(const struct index_entry *entry);

/* Was it destroyed, and its memory not been written since? */
bool identity_mutex_destroyed(const pthread_mutex_t *mutex);
bool identity_rwlock_destroyed(const pthread_rwlock_t *rwlock);
bool identity_plain_destroyed(const void *address, uint8_t kind);
/* A number by which a finding may name a destroyed lock, the stack of its destruction, and the thread; 0: nothing is known of it. In the slow path. */
uint64_t identity_destroyed(struct self *self, const void *address, uint32_t *stack, uint32_t *thread);

#endif
