/* meet.c: see meet.h. */
#include "meet.h"

#include <errno.h>
#include <semaphore.h>
#include <string.h>
#include <time.h>

#include "work.h"

#define MAILBOXES  4
#define SEMAPHORES 3
#define ONCES	   4

/* ---- mailboxes ---- */

struct mailbox {
	struct lock lock;
	union memory memory;
	union {
		pthread_cond_t cond;
		cnd_t cnd;
	} letters_came;
	bool monotonic; /* the condition's clock */
	unsigned letters;
};
static struct mailbox mailboxes[MAILBOXES];

static void mailbox_init(struct mailbox *mailbox, enum type type, struct seed *seed)
{
	pthread_condattr_t attributes;

	mailbox->lock.type = type;
	mailbox->lock.address = &mailbox->memory;
	lock_any_kind(&mailbox->lock, seed);
	lock_init(&mailbox->lock);
	mailbox->monotonic = seed_chance(seed, 30);
	if (type == TYPE_C11) {
		must(cnd_init(&mailbox->letters_came.cnd));
		return;
	}
	must(pthread_condattr_init(&attributes));
	must(pthread_condattr_setclock(&attributes, mailbox->monotonic ? CLOCK_MONOTONIC : CLOCK_REALTIME));
	if (mailbox->lock.flags & MUTEX_SHARED)
		must(pthread_condattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED));
	must(pthread_cond_init(&mailbox->letters_came.cond, &attributes));
	must(pthread_condattr_destroy(&attributes));
}

static void mailbox_fini(struct mailbox *mailbox)
{
	if (mailbox->lock.type == TYPE_C11)
		cnd_destroy(&mailbox->letters_came.cnd);
	else
		must(pthread_cond_destroy(&mailbox->letters_came.cond));
	lock_destroy(&mailbox->lock);
}

static void signal_letters(struct mailbox *mailbox, bool all)
{
	if (mailbox->lock.type == TYPE_C11)
		must(all ? cnd_broadcast(&mailbox->letters_came.cnd) : cnd_signal(&mailbox->letters_came.cnd));
	else
		must(all ? pthread_cond_broadcast(&mailbox->letters_came.cond) : pthread_cond_signal(&mailbox->letters_came.cond));
}

static void mailbox_post(struct mailbox *mailbox, struct seed *seed)
{
	bool inside = seed_chance(seed, 60);

	lock_take(&mailbox->lock, MODE_WRITE, lock_some_how(&mailbox->lock, seed));
	mailbox->letters++;
	if (inside)
		signal_letters(mailbox, seed_chance(seed, 50));
	lock_give(&mailbox->lock, MODE_WRITE);
	if (!inside)
		signal_letters(mailbox, seed_chance(seed, 50));
}

static struct timespec soon(clockid_t clock, long nanoseconds)
{
	struct timespec moment;

	clock_gettime(clock, &moment);
	moment.tv_nsec += nanoseconds;
	moment.tv_sec += moment.tv_nsec / 1000000000;
	moment.tv_nsec %= 1000000000;
	return moment;
}

static int wait_c11(struct mailbox *mailbox, struct seed *seed)
{
	struct timespec until;
	int result;

	if (seed_chance(seed, 50))
		return cnd_wait(&mailbox->letters_came.cnd, mailbox->lock.address);
	until = soon(CLOCK_REALTIME, 300000);
	result = cnd_timedwait(&mailbox->letters_came.cnd, mailbox->lock.address, &until);
	return result == thrd_timedout ? thrd_success : result;
}

static int wait_posix(struct mailbox *mailbox, struct seed *seed)
{
	clockid_t clock = mailbox->monotonic ? CLOCK_MONOTONIC : CLOCK_REALTIME;
	unsigned choice = seed_below(seed, 3);
	struct timespec until;
	int result;

	if (choice == 0)
		return pthread_cond_wait(&mailbox->letters_came.cond, mailbox->lock.address);
	if (choice == 1) {
		until = soon(clock, 300000);
		result = pthread_cond_timedwait(&mailbox->letters_came.cond, mailbox->lock.address, &until);
	} else {
		until = soon(CLOCK_MONOTONIC, 300000);
		result = pthread_cond_clockwait(&mailbox->letters_came.cond, mailbox->lock.address, CLOCK_MONOTONIC, &until);
	}
	return result == ETIMEDOUT ? 0 : result;
}

/* A condition gives back its mutex inside: nobody is in there meanwhile. */
static void wait_for_letters(struct mailbox *mailbox, struct seed *seed)
{
	atomic_fetch_add(&mailbox->lock.inside, 1);
	if (mailbox->lock.type == TYPE_C11)
		must_be(wait_c11(mailbox, seed), thrd_success, "waiting for a condition", __LINE__);
	else
		must(wait_posix(mailbox, seed));
	atomic_fetch_sub(&mailbox->lock.inside, 1);
}

static void mailbox_take(struct mailbox *mailbox, struct seed *seed)
{
	lock_take(&mailbox->lock, MODE_WRITE, lock_some_how(&mailbox->lock, seed));
	while (mailbox->letters == 0)
		wait_for_letters(mailbox, seed);
	mailbox->letters--;
	lock_give(&mailbox->lock, MODE_WRITE);
}

/* ---- semaphores ---- */

static sem_t semaphores[SEMAPHORES];

/* The result of a call that gives -1 and errno. */
static int result_of(int result)
{
	return result == 0 ? 0 : errno;
}

static int semaphore_try(sem_t *semaphore, struct seed *seed)
{
	unsigned choice = seed_below(seed, 4);
	struct timespec until;

	if (choice == 0)
		return result_of(sem_trywait(semaphore));
	if (choice == 1) {
		until = soon(CLOCK_REALTIME, 300000);
		return result_of(sem_timedwait(semaphore, &until));
	}
	if (choice == 2) {
		until = soon(CLOCK_MONOTONIC, 300000);
		return result_of(sem_clockwait(semaphore, CLOCK_MONOTONIC, &until));
	}
	return result_of(sem_wait(semaphore));
}

static void semaphore_take(sem_t *semaphore, struct seed *seed)
{
	int result;

	while ((result = semaphore_try(semaphore, seed)) != 0) {
		must_be(result == EAGAIN || result == ETIMEDOUT, true, "waiting for a semaphore", __LINE__);
		work_pause(seed);
	}
}

/* ---- rounds ---- */

static pthread_barrier_t barriers[2];
static bool barrier_in_use;
static uint64_t plan; /* what is posted and taken in which round, by whom: the same for all */

void meet_init(struct seed *seed, unsigned actors, unsigned rounds)
{
	for (unsigned i = 0; i < MAILBOXES; i++)
		mailbox_init(&mailboxes[i], i == 0 ? TYPE_C11 : TYPE_MUTEX, seed);
	for (unsigned i = 0; i < SEMAPHORES; i++)
		must(sem_init(&semaphores[i], 0, seed_below(seed, 2)));
	must(pthread_barrier_init(&barriers[0], NULL, actors));
	must(pthread_barrier_init(&barriers[1], NULL, actors));
	barrier_in_use = seed_chance(seed, 50);
	plan = seed_next(seed) ^ rounds;
}

void meet_fini(void)
{
	for (unsigned i = 0; i < MAILBOXES; i++)
		mailbox_fini(&mailboxes[i]);
	for (unsigned i = 0; i < SEMAPHORES; i++)
		must(sem_destroy(&semaphores[i]));
	must(pthread_barrier_destroy(&barriers[0]));
	must(pthread_barrier_destroy(&barriers[1]));
}

/* What actor `number` posts in that round; somebody takes the same. */
static struct seed round_plan(unsigned number, unsigned round)
{
	struct seed seed = {plan + number * 1000u + round};

	return seed_fork(&seed);
}

void meet_post(struct actor *actor, unsigned number, unsigned round)
{
	struct seed plan_of_round = round_plan(number, round);
	unsigned count = seed_below(&plan_of_round, 3);

	while (count--) {
		unsigned which = seed_below(&plan_of_round, MAILBOXES + SEMAPHORES);

		if (which < MAILBOXES)
			mailbox_post(&mailboxes[which], &actor->seed);
		else
			must(sem_post(&semaphores[which - MAILBOXES]));
	}
}

static void meet_at_barrier(unsigned round)
{
	int result = pthread_barrier_wait(&barriers[round % 2]);

	must_be(result == 0 || result == PTHREAD_BARRIER_SERIAL_THREAD, true, "waiting at a barrier", __LINE__);
}

void meet_take(struct actor *actor, unsigned number, unsigned round)
{
	struct seed plan_of_round = round_plan(number, round);
	unsigned count = seed_below(&plan_of_round, 3);

	if (barrier_in_use)
		meet_at_barrier(round);
	while (count--) {
		unsigned which = seed_below(&plan_of_round, MAILBOXES + SEMAPHORES);

		if (which < MAILBOXES)
			mailbox_take(&mailboxes[which], &actor->seed);
		else
			semaphore_take(&semaphores[which - MAILBOXES], &actor->seed);
	}
}

/* ---- once ---- */

static pthread_once_t onces[ONCES];
static once_flag c11_once = ONCE_FLAG_INIT;

/* What is done once locks something. */
static void do_once(void)
{
	struct actor actor = {.seed = {1}};

	work_section(&actor);
}

void meet_once(struct actor *actor)
{
	unsigned which = seed_below(&actor->seed, ONCES + 1);

	if (which < ONCES)
		must(pthread_once(&onces[which], do_once));
	else
		call_once(&c11_once, do_once);
}
