/* misuse.c: see misuse.h. */
#include "misuse.h"

#include <errno.h>
#include <unistd.h>

#include "crew.h"
#include "expect.h"
#include "pool.h"
#include "work.h"

static struct misuse {
	void (*run)(struct actor *actor, void *argument);
	void (*other)(struct actor *actor, void *argument); /* by a second thread; NULL: there is none */
	bool at_exit;					    /* by main, when all else is over */
	struct lock *lock;
	enum mode mode;
	unsigned choice;
	atomic_int turn;
	struct member *members[2];
} misuse;

/* ---- locks for it ---- */

/* A mutex whose unlock libc does not check. */
static struct lock *trusting_mutex(struct seed *seed)
{
	struct lock *lock = pool_get(TYPE_MUTEX, seed);

	lock->flags &= MUTEX_SHARED;
	lock->kind = seed_chance(seed, 50) ? PTHREAD_MUTEX_NORMAL : PTHREAD_MUTEX_ADAPTIVE_NP;
	pool_ready(lock, seed);
	return lock;
}

/* That, or another lock for one thread at a time whose unlock libc does not check either. */
static struct lock *trusting_lock(struct seed *seed)
{
	struct lock *lock;

	if (seed_chance(seed, 60))
		return trusting_mutex(seed);
	lock = pool_get(seed_chance(seed, 50) ? TYPE_C11 : TYPE_SPIN, seed);
	lock->kind &= ~mtx_recursive;
	pool_ready(lock, seed);
	return lock;
}

/* One that libc does not give to the next when its owner dies. */
static struct lock *leakable_lock(struct seed *seed)
{
	static const enum type types[] = {TYPE_MUTEX, TYPE_MUTEX, TYPE_RWLOCK, TYPE_C11, TYPE_SPIN};
	struct lock *lock = pool_get(types[seed_below(seed, 5)], seed);

	lock->flags &= ~MUTEX_ROBUST;
	pool_ready(lock, seed);
	return lock;
}

/* One whose unlock libc checks, for one reason or another. */
static struct lock *checking_mutex(struct seed *seed)
{
	struct lock *lock = pool_get(TYPE_MUTEX, seed);
	unsigned choice = seed_below(seed, 4);

	if (choice == 0)
		lock->kind = PTHREAD_MUTEX_RECURSIVE;
	else if (choice == 1)
		lock->kind = PTHREAD_MUTEX_ERRORCHECK;
	else
		lock->flags |= choice == 2 ? MUTEX_ROBUST : MUTEX_PI;
	pool_ready(lock, seed);
	return lock;
}

static struct lock *any_rwlock(struct seed *seed)
{
	struct lock *lock = pool_get(TYPE_RWLOCK, seed);

	pool_ready(lock, seed);
	return lock;
}

static int unlock(struct lock *lock)
{
	if (lock->type == TYPE_C11)
		return mtx_unlock(lock->address) == thrd_success ? 0 : EPERM;
	if (lock->type == TYPE_SPIN)
		return pthread_spin_unlock(lock->address);
	return lock->type == TYPE_RWLOCK ? pthread_rwlock_unlock(lock->address) : pthread_mutex_unlock(lock->address);
}

/* The lock left as a wrong unlock finds it: it is not asked who is inside any more. */
static void take_raw(void)
{
	must(lock_take(misuse.lock, misuse.mode, HOW_BLOCKING));
	atomic_store(&misuse.lock->inside, 0);
}

static void expect_it(const char *rule, const char *level)
{
	expect(rule, level, &misuse.lock, 1);
}

/* ---- released twice ---- */

static void release_twice(struct actor *actor, void *expected)
{
	work_section(actor);
	take_raw();
	must(unlock(misuse.lock));
	must_be(unlock(misuse.lock), expected ? EPERM : 0, "a second unlock", __LINE__);
	work_section(actor);
}

static void release_twice_trusted(struct actor *actor, void *argument)
{
	(void)argument;
	release_twice(actor, NULL);
}

static void release_twice_checked(struct actor *actor, void *argument)
{
	release_twice(actor, argument);
}

static void plan_release_twice(struct seed *seed)
{
	misuse.lock = seed_chance(seed, 70) ? trusting_lock(seed) : any_rwlock(seed);
	misuse.mode = lock_some_mode(misuse.lock, seed);
	misuse.run = release_twice_trusted;
	expect_it("unlock-not-locked", "error");
}

static void plan_release_twice_checked(struct seed *seed)
{
	misuse.lock = checking_mutex(seed);
	misuse.run = release_twice_checked;
	expect_it("unlock-refused", "warning");
}

/* ---- released by another thread ---- */

static void release_of_another(struct actor *actor, int expected)
{
	work_section(actor);
	crew_poll(&misuse.turn, 1);
	must_be(unlock(misuse.lock), expected, "an unlock by another thread", __LINE__);
	atomic_store(&misuse.turn, 2);
	work_section(actor);
}

static void release_of_trusted(struct actor *actor, void *argument)
{
	(void)argument;
	release_of_another(actor, 0);
}

static void release_of_checked(struct actor *actor, void *argument)
{
	(void)argument;
	release_of_another(actor, EPERM);
}

/* The other side: it takes the lock, and keeps it when libc refuses to take it away. */
static void be_released(struct actor *actor, void *argument)
{
	(void)argument;
	work_section(actor);
	take_raw();
	atomic_store(&misuse.turn, 1);
	crew_poll(&misuse.turn, 2);
	if (misuse.run == release_of_checked)
		must(unlock(misuse.lock));
	work_section(actor);
}

static void plan_release_of_trusted(struct seed *seed)
{
	misuse.lock = trusting_lock(seed);
	misuse.run = release_of_trusted;
	misuse.other = be_released;
	expect_it("unlock-not-owner", "error");
}

static void plan_release_of_checked(struct seed *seed)
{
	misuse.lock = checking_mutex(seed);
	misuse.run = release_of_checked;
	misuse.other = be_released;
	expect_it("unlock-refused", "warning");
}

/* ---- never released ---- */

static void never_release(struct actor *actor, void *argument)
{
	(void)argument;
	work_section(actor);
	take_raw();
	if (misuse.choice == 0)
		return;
	if (misuse.choice == 1)
		pthread_exit(NULL);
	pthread_cancel(pthread_self());
	pthread_testcancel();
}

static void plan_never_release(struct seed *seed)
{
	misuse.lock = leakable_lock(seed);
	misuse.mode = lock_some_mode(misuse.lock, seed);
	misuse.choice = seed_below(seed, 3);
	misuse.run = never_release;
	expect_it("lock-leaked", "error");
}

/* ---- destroyed ---- */

static void destroy_held(struct actor *actor, void *argument)
{
	(void)argument;
	work_section(actor);
	take_raw();
	must_be(pthread_mutex_destroy(misuse.lock->address), EBUSY, "destroying what is held", __LINE__);
	must(unlock(misuse.lock));
	work_section(actor);
}

static void plan_destroy_held(struct seed *seed)
{
	misuse.lock = pool_get(TYPE_MUTEX, seed);
	misuse.lock->flags &= ~MUTEX_ROBUST;
	pool_ready(misuse.lock, seed);
	misuse.run = destroy_held;
	expect_it("destroy-locked", "error");
}

static void use_destroyed(struct actor *actor, void *argument)
{
	(void)argument;
	work_section(actor);
	must(pthread_mutex_destroy(misuse.lock->address));
	must_be(misuse.choice == 0 ? pthread_mutex_lock(misuse.lock->address) : pthread_mutex_trylock(misuse.lock->address), EINVAL,
		"a lock of what is destroyed", __LINE__);
	work_section(actor);
}

static void plan_use_destroyed(struct seed *seed)
{
	misuse.lock = pool_get(TYPE_MUTEX, seed);
	pool_ready(misuse.lock, seed);
	misuse.choice = seed_below(seed, 2);
	misuse.run = use_destroyed;
	expect_it("use-destroyed", "error");
}

static void init_held(struct actor *actor, void *argument)
{
	(void)argument;
	work_section(actor);
	take_raw();
	lock_init(misuse.lock);
	lock_take(misuse.lock, misuse.mode, HOW_BLOCKING);
	lock_give(misuse.lock, misuse.mode);
	work_section(actor);
}

/* Not a robust one: libc has it in a list. */
static void plan_init_held(struct seed *seed)
{
	misuse.lock = leakable_lock(seed);
	misuse.mode = lock_some_mode(misuse.lock, seed);
	misuse.run = init_held;
	expect_it("reinit-locked", "error");
}

/* ---- conditions ---- */

static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static const struct timespec past;

static void wait_without(struct actor *actor, void *argument)
{
	(void)argument;
	work_section(actor);
	must_be(pthread_cond_timedwait(&changed, misuse.lock->address, &past), ETIMEDOUT, "a wait without the lock", __LINE__);
	must(unlock(misuse.lock));
	work_section(actor);
}

static void plan_wait_without(struct seed *seed)
{
	misuse.lock = trusting_mutex(seed);
	misuse.run = wait_without;
	expect_it("cond-wait-unlocked", "error");
}

static pthread_mutex_t first_mutex = PTHREAD_MUTEX_INITIALIZER;

/* Waits with the first mutex until the other thread has waited with the second. */
static void wait_with_first(struct actor *actor, void *argument)
{
	(void)argument;
	work_section(actor);
	must(pthread_mutex_lock(&first_mutex));
	atomic_store(&misuse.turn, 1);
	while (atomic_load(&misuse.turn) < 2)
		must(pthread_cond_wait(&changed, &first_mutex));
	must(pthread_mutex_unlock(&first_mutex));
	work_section(actor);
}

static void wait_with_second(struct actor *actor, void *argument)
{
	(void)argument;
	work_section(actor);
	crew_poll(&misuse.turn, 1);
	/* Once this is to be had, the other thread waits. */
	must(pthread_mutex_lock(&first_mutex));
	must(pthread_mutex_unlock(&first_mutex));
	must(lock_take(misuse.lock, MODE_WRITE, HOW_BLOCKING));
	must_be(pthread_cond_timedwait(&changed, misuse.lock->address, &past), ETIMEDOUT, "a wait with another mutex", __LINE__);
	lock_give(misuse.lock, MODE_WRITE);
	must(pthread_mutex_lock(&first_mutex));
	atomic_store(&misuse.turn, 2);
	must(pthread_cond_broadcast(&changed));
	must(pthread_mutex_unlock(&first_mutex));
	work_section(actor);
}

static void plan_wait_with_two(struct seed *seed)
{
	misuse.lock = pool_get(TYPE_MUTEX, seed);
	pool_ready(misuse.lock, seed);
	misuse.run = wait_with_second;
	misuse.other = wait_with_first;
	expect_it("cond-two-mutexes", "error");
}

/* ---- owners that died ---- */

static void *die(void *argument)
{
	(void)argument;
	must(pthread_mutex_lock(misuse.lock->address));
	return NULL;
}

static void release_inconsistent(struct actor *actor, void *argument)
{
	pthread_t thread;

	(void)argument;
	work_section(actor);
	must(pthread_create(&thread, NULL, die, NULL));
	must(pthread_join(thread, NULL));
	must_be(pthread_mutex_lock(misuse.lock->address), EOWNERDEAD, "inheriting", __LINE__);
	must(pthread_mutex_unlock(misuse.lock->address));
	must_be(pthread_mutex_lock(misuse.lock->address), ENOTRECOVERABLE, "a lock of what nobody can recover", __LINE__);
	work_section(actor);
}

static void plan_release_inconsistent(struct seed *seed)
{
	misuse.lock = pool_get(TYPE_MUTEX, seed);
	misuse.lock->flags |= MUTEX_ROBUST;
	pool_ready(misuse.lock, seed);
	misuse.run = release_inconsistent;
	expect_it("owner-died", "error");
}

/* ---- held at the end ---- */

static void plan_hold_at_exit(struct seed *seed)
{
	misuse.lock = leakable_lock(seed);
	misuse.mode = lock_some_mode(misuse.lock, seed);
	misuse.at_exit = true;
	expect_it("held-at-exit", "note");
}

/* ---- taken twice ---- */

static void take_twice(struct actor *actor, void *argument)
{
	int result;

	(void)argument;
	work_section(actor);
	take_raw();
	if (misuse.lock->type == TYPE_MUTEX)
		result = pthread_mutex_lock(misuse.lock->address);
	else if (misuse.choice == 0)
		result = pthread_rwlock_rdlock(misuse.lock->address);
	else
		result = pthread_rwlock_wrlock(misuse.lock->address);
	must_be(result, EDEADLK, "a second lock", __LINE__);
	must(unlock(misuse.lock));
	work_section(actor);
}

static void plan_take_twice(struct seed *seed)
{
	if (seed_chance(seed, 60)) {
		misuse.lock = pool_get(TYPE_MUTEX, seed);
		misuse.lock->kind = PTHREAD_MUTEX_ERRORCHECK;
		pool_ready(misuse.lock, seed);
	} else {
		misuse.lock = any_rwlock(seed);
	}
	misuse.choice = seed_below(seed, 2);
	misuse.run = take_twice;
	expect_it("relock-refused", "warning");
}

/* ---- all of them ---- */

void misuse_plan(struct seed *seed)
{
	static void (*const plans[])(struct seed *) = {
		plan_release_twice,	   plan_release_twice_checked, plan_release_of_trusted, plan_release_of_checked, plan_never_release,
		plan_destroy_held,	   plan_use_destroyed,	       plan_init_held,		plan_wait_without,	 plan_wait_with_two,
		plan_release_inconsistent, plan_hold_at_exit,	       plan_take_twice};

	plans[seed_below(seed, sizeof(plans) / sizeof(plans[0]))](seed);
}

/* A C11 thread's end by pthread_exit or cancellation is no part of C11: a plain one. */
void misuse_start(struct actor *main)
{
	if (!misuse.run)
		return;
	misuse.members[0] = crew_start(&main->seed, true, misuse.run, &misuse);
	if (misuse.other)
		misuse.members[1] = crew_start(&main->seed, true, misuse.other, &misuse);
}

void misuse_join(struct actor *main)
{
	for (unsigned i = 0; i < 2; i++)
		if (misuse.members[i])
			crew_join(misuse.members[i], &main->seed);
}

void misuse_at_exit(void)
{
	if (misuse.at_exit)
		take_raw();
}
