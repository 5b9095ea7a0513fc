/*
 * lock.h: a lock of any type and kind, taken and given in any form.
 *
 * Every lock guards a note of who is inside, so that a lock which lets two in at once ends the program: nobody watched may lose that.
 */
#ifndef RANDOM_LOCK_H
#define RANDOM_LOCK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <threads.h>

#include "seed.h"

enum type { TYPE_MUTEX, TYPE_RWLOCK, TYPE_SPIN, TYPE_C11 };
enum mode { MODE_WRITE, MODE_READ };
/* Timed and clocked forms wait until it is theirs; a brief one may come back without. */
enum how { HOW_BLOCKING, HOW_TRY, HOW_TIMED, HOW_CLOCKED, HOW_BRIEF };

#define MUTEX_ROBUST 1u
#define MUTEX_PI     2u
#define MUTEX_SHARED 4u /* among processes */

union memory {
	pthread_mutex_t mutex;
	pthread_rwlock_t rwlock;
	pthread_spinlock_t spin;
	mtx_t c11;
};

struct lock {
	enum type type;
	int kind;	/* PTHREAD_MUTEX_*, PTHREAD_RWLOCK_PREFER_*, mtx_* */
	unsigned flags; /* MUTEX_* */
	void *address;
	const char *name;  /* the symbol at that address; NULL: nobody asks */
	unsigned rank;	   /* of ordered locks: no thread waits for one that is not above all that it holds */
	atomic_int inside; /* readers, or minus the depth of the writer */
};

/* Ends the program, loudly, when a call did not return what it must. */
#define must(call) must_be(call, 0, #call, __LINE__)
void must_be(int result, int expected, const char *call, int line);

/* A kind for a lock of its type: any; or one that a thread cannot take twice and whose unlock libc does not check. */
void lock_any_kind(struct lock *lock, struct seed *seed);
void lock_init(struct lock *lock);
/* By a static initialiser where the kind has one, else by lock_init. To be called before anybody else knows the lock. */
void lock_init_static(struct lock *lock);
void lock_destroy(struct lock *lock);

/* 0, EBUSY or ETIMEDOUT. */
int lock_take(struct lock *lock, enum mode mode, enum how how);
void lock_give(struct lock *lock, enum mode mode);

/* Can its owner take it again? Readers: no writer can come between. */
bool lock_takes_again(const struct lock *lock, enum mode mode);
/* A form for this lock that ends with the lock taken; and a mode. */
enum how lock_some_how(const struct lock *lock, struct seed *seed);
enum mode lock_some_mode(const struct lock *lock, struct seed *seed);

#endif
