/* lives.c: see lives.h. */
#include "lives.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crew.h"
#include "work.h"

static bool may_copy;

void lives_init(bool by_copy)
{
	may_copy = by_copy;
}

/* Makes a lock of anything but a spin lock, which nobody may hold while waiting. */
static void be_born(struct lock *lock, void *memory, struct seed *seed)
{
	static const enum type types[] = {TYPE_MUTEX, TYPE_MUTEX, TYPE_RWLOCK, TYPE_C11};

	lock->address = memory;
	lock->type = types[seed_below(seed, 4)];
	lock_any_kind(lock, seed);
}

/* Two functions, for the two lives of a place are to be of two classes: a class is where a lock is initialised. */
static __attribute__((noinline)) void first_birth(struct lock *lock, bool copied)
{
	if (copied)
		lock_init_static(lock);
	else
		lock_init(lock);
	atomic_signal_fence(memory_order_seq_cst);
}

static __attribute__((noinline)) void second_birth(struct lock *lock, bool copied)
{
	if (copied)
		lock_init_static(lock);
	else
		lock_init(lock);
	atomic_signal_fence(memory_order_relaxed);
}

static void take_both(struct lock *outer, struct lock *inner, struct seed *seed)
{
	enum mode outer_mode = lock_some_mode(outer, seed), inner_mode = lock_some_mode(inner, seed);

	lock_take(outer, outer_mode, lock_some_how(outer, seed));
	lock_take(inner, inner_mode, lock_some_how(inner, seed));
	if (seed_chance(seed, 50)) {
		lock_give(inner, inner_mode);
		lock_give(outer, outer_mode);
	} else {
		lock_give(outer, outer_mode);
		lock_give(inner, inner_mode);
	}
}

static void take_alone(struct lock *lock)
{
	lock_take(lock, MODE_WRITE, HOW_BLOCKING);
	lock_give(lock, MODE_WRITE);
}

/* A life that begins by a call may follow one that nobody ended; one that begins by a copy is seen by the stamp that it wipes. What libc
 * links (a robust mutex) or could still touch is always destroyed. */
static void live_and_die(struct lock *lock, struct seed *seed, struct lock *other, bool other_first)
{
	take_alone(lock);
	if (other_first)
		take_both(other, lock, seed);
	else
		take_both(lock, other, seed);
	if (seed_chance(seed, 70))
		lock_destroy(lock);
}

static void two_lives(void *memory, struct seed *seed)
{
	struct lock *other = work_any(seed), lock = {0};

	be_born(&lock, memory, seed);
	first_birth(&lock, may_copy && seed_chance(seed, 30));
	live_and_die(&lock, seed, other, true);
	if (seed_chance(seed, 30))
		memset(memory, 0, sizeof(union memory));
	be_born(&lock, memory, seed);
	second_birth(&lock, may_copy && seed_chance(seed, 30));
	live_and_die(&lock, seed, other, false);
}

/* ---- places ---- */

void lives_on_stack(struct actor *actor)
{
	union memory memory;

	two_lives(&memory, &actor->seed);
}

void lives_on_heap(struct actor *actor)
{
	union memory *memory = malloc(sizeof(*memory));
	struct lock *other = work_any(&actor->seed), lock = {0};

	if (!memory)
		abort();
	two_lives(memory, &actor->seed);
	free(memory);
	/* Very likely the same place again. */
	memory = malloc(sizeof(*memory));
	if (!memory)
		abort();
	be_born(&lock, memory, &actor->seed);
	first_birth(&lock, false);
	live_and_die(&lock, &actor->seed, other, true);
	free(memory);
}

/* A static lock keeps its class, its symbol, through all its lives: so they keep to one order. */
void lives_of_static(struct actor *actor)
{
	static union memory place;
	static atomic_flag in_use = ATOMIC_FLAG_INIT;
	struct lock *other = work_any(&actor->seed), lock = {0};

	if (atomic_flag_test_and_set(&in_use))
		return;
	be_born(&lock, &place, &actor->seed);
	first_birth(&lock, may_copy && seed_chance(&actor->seed, 30));
	live_and_die(&lock, &actor->seed, other, true);
	atomic_flag_clear(&in_use);
}

/* ---- owners that die ---- */

struct estate {
	pthread_mutex_t mutex;
};

static void *die_owning(void *argument)
{
	struct estate *estate = argument;

	must(pthread_mutex_lock(&estate->mutex));
	return NULL;
}

void lives_robust(struct actor *actor)
{
	pthread_mutexattr_t attributes;
	struct estate estate;
	pthread_t thread;
	bool tried = seed_chance(&actor->seed, 50);

	must(pthread_mutexattr_init(&attributes));
	must(pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST));
	must(pthread_mutex_init(&estate.mutex, &attributes));
	must(pthread_create(&thread, NULL, die_owning, &estate));
	must(pthread_join(thread, NULL));
	must_be(tried ? pthread_mutex_trylock(&estate.mutex) : pthread_mutex_lock(&estate.mutex), EOWNERDEAD, "inheriting", __LINE__);
	must(pthread_mutex_consistent(&estate.mutex));
	must(pthread_mutex_unlock(&estate.mutex));
	must(pthread_mutex_lock(&estate.mutex));
	must(pthread_mutex_unlock(&estate.mutex));
	must(pthread_mutex_destroy(&estate.mutex));
	must(pthread_mutexattr_destroy(&attributes));
}
