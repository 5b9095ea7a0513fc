/* work.c: see work.h. */
#include "work.h"

#include <errno.h>
#include <sched.h>
#include <unistd.h>

#define MUTEXES 10
#define RWLOCKS 6
#define C11S	3
#define SPINS	3
#define LOCKS	(MUTEXES + RWLOCKS + C11S + SPINS)

static pthread_mutex_t ranked_mutexes[MUTEXES];
static pthread_rwlock_t ranked_rwlocks[RWLOCKS];
static mtx_t ranked_c11[C11S];
static pthread_spinlock_t ranked_spins[SPINS];
static struct lock locks[LOCKS]; /* by rank */

/* ---- the locks ---- */

static void *address_of(enum type type, unsigned number)
{
	return type == TYPE_MUTEX    ? (void *)&ranked_mutexes[number]
	       : type == TYPE_RWLOCK ? (void *)&ranked_rwlocks[number]
	       : type == TYPE_C11    ? (void *)&ranked_c11[number]
				     : (void *)&ranked_spins[number];
}

/* Which of all sleeping locks, or spin locks, has each rank. */
static void shuffle(unsigned *numbers, unsigned from, unsigned to, struct seed *seed)
{
	for (unsigned i = from; i < to; i++)
		numbers[i] = i;
	for (unsigned i = to - 1; i > from; i--) {
		unsigned other = from + seed_below(seed, i - from + 1), number = numbers[i];

		numbers[i] = numbers[other];
		numbers[other] = number;
	}
}

static void make(struct lock *lock, unsigned number, struct seed *seed)
{
	static const unsigned counts[] = {[TYPE_MUTEX] = MUTEXES, [TYPE_RWLOCK] = RWLOCKS, [TYPE_C11] = C11S, [TYPE_SPIN] = SPINS};
	static const enum type order[] = {TYPE_MUTEX, TYPE_RWLOCK, TYPE_C11, TYPE_SPIN};
	unsigned i = 0;

	for (; number >= counts[order[i]]; i++)
		number -= counts[order[i]];
	lock->type = order[i];
	lock->address = address_of(lock->type, number);
	lock_any_kind(lock, seed);
	if (seed_chance(seed, 50))
		lock_init(lock);
	else
		lock_init_static(lock);
}

/* Spin locks come last: nobody sleeps while holding one. Each lock is taken alone once, so that none looks redundant. */
void work_init(struct seed *seed)
{
	unsigned numbers[LOCKS];

	shuffle(numbers, 0, LOCKS - SPINS, seed);
	shuffle(numbers, LOCKS - SPINS, LOCKS, seed);
	for (unsigned rank = 0; rank < LOCKS; rank++) {
		locks[rank].rank = rank;
		make(&locks[rank], numbers[rank], seed);
		lock_take(&locks[rank], MODE_WRITE, HOW_BLOCKING);
		lock_give(&locks[rank], MODE_WRITE);
	}
}

void work_fini(struct seed *seed)
{
	for (unsigned rank = 0; rank < LOCKS; rank++)
		if (seed_chance(seed, 50))
			lock_destroy(&locks[rank]);
}

struct lock *work_any(struct seed *seed)
{
	return &locks[seed_below(seed, LOCKS - SPINS)];
}

/* ---- what an actor holds ---- */

/* The rank above all that it holds. */
static unsigned free_rank(const struct actor *actor)
{
	unsigned rank = 0;

	for (unsigned i = 0; i < actor->count; i++)
		if (actor->held[i].lock->rank >= rank)
			rank = actor->held[i].lock->rank + 1;
	return rank;
}

static bool holds(const struct actor *actor, const struct lock *lock)
{
	for (unsigned i = 0; i < actor->count; i++)
		if (actor->held[i].lock == lock)
			return true;
	return false;
}

static void take(struct actor *actor, struct lock *lock, enum mode mode, enum how how)
{
	if (actor->count < ACTOR_HELD && lock_take(lock, mode, how) == 0)
		actor->held[actor->count++] = (struct taken){lock, mode};
}

static void give(struct actor *actor, unsigned place)
{
	struct taken taken = actor->held[place];

	actor->count--;
	for (unsigned i = place; i < actor->count; i++)
		actor->held[i] = actor->held[i + 1];
	lock_give(taken.lock, taken.mode);
}

/* ---- steps ---- */

static struct lock *above(struct actor *actor)
{
	unsigned rank = free_rank(actor);

	return rank < LOCKS ? &locks[rank + seed_below(&actor->seed, LOCKS - rank)] : NULL;
}

static void step_down_the_order(struct actor *actor)
{
	struct lock *lock = above(actor);

	if (!lock)
		return;
	if (lock->type != TYPE_SPIN && seed_chance(&actor->seed, 5) && lock_some_how(lock, &actor->seed) == HOW_TIMED)
		take(actor, lock, lock_some_mode(lock, &actor->seed), HOW_BRIEF);
	else
		take(actor, lock, lock_some_mode(lock, &actor->seed), lock_some_how(lock, &actor->seed));
}

/* A try waits for nobody, so it may go against the order. What it got is held as if it had been waited for. */
static void step_try_any(struct actor *actor)
{
	struct lock *lock = &locks[seed_below(&actor->seed, LOCKS)];

	if (!holds(actor, lock))
		take(actor, lock, lock_some_mode(lock, &actor->seed), HOW_TRY);
}

/* Its owner waits for nobody either. A reader does, behind a writer who waits for a lock that the reader holds: only the highest again. */
static void step_again(struct actor *actor)
{
	struct taken taken = actor->held[seed_below(&actor->seed, actor->count)];

	if (taken.lock->type == TYPE_RWLOCK && taken.lock->rank + 1 != free_rank(actor))
		return;
	if (lock_takes_again(taken.lock, taken.mode))
		take(actor, taken.lock, taken.mode, seed_chance(&actor->seed, 30) ? HOW_TRY : HOW_BLOCKING);
}

/* Its own lock, tried: refused, or taken again. */
static void step_try_own(struct actor *actor)
{
	struct taken taken = actor->held[seed_below(&actor->seed, actor->count)];

	take(actor, taken.lock, taken.mode, HOW_TRY);
}

void work_pause(struct seed *seed)
{
	if (seed_chance(seed, 20))
		usleep(seed_below(seed, 200));
	else
		sched_yield();
}

static void step_pause(struct actor *actor)
{
	if (free_rank(actor) <= LOCKS - SPINS)
		work_pause(&actor->seed);
}

static void step(struct actor *actor)
{
	unsigned choice = seed_below(&actor->seed, 100);

	if (choice < 45 || actor->count == 0)
		step_down_the_order(actor);
	else if (choice < 65)
		give(actor, seed_below(&actor->seed, actor->count));
	else if (choice < 75)
		step_try_any(actor);
	else if (choice < 88)
		step_again(actor);
	else if (choice < 93)
		step_try_own(actor);
	else
		step_pause(actor);
}

void work_section(struct actor *actor)
{
	unsigned steps = 1 + seed_below(&actor->seed, 8);

	while (steps--)
		step(actor);
	while (actor->count)
		give(actor, seed_chance(&actor->seed, 70) ? actor->count - 1 : seed_below(&actor->seed, actor->count));
}

void work_enter(struct actor *actor)
{
	unsigned count = 1 + seed_below(&actor->seed, 2);

	while (count--) {
		struct lock *lock = above(actor);

		if (lock && lock->type != TYPE_SPIN)
			take(actor, lock, MODE_WRITE, HOW_BLOCKING);
	}
}

void work_leave(struct actor *actor)
{
	while (actor->count)
		give(actor, actor->count - 1);
}
