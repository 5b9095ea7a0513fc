/* crew.c: see crew.h. */
#include "crew.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "work.h"

static atomic_int detached_alive;

void crew_poll(const atomic_int *flag, int value)
{
	while (atomic_load(flag) < value)
		usleep(50);
}

/* ---- start ---- */

static void *run(void *argument)
{
	struct member *member = argument;

	member->run(&member->actor, member->argument);
	if (member->alone) {
		free(member);
		atomic_fetch_sub(&detached_alive, 1);
	}
	return NULL;
}

static int run_c11(void *argument)
{
	run(argument);
	return 0;
}

static struct member *member_new(struct seed *seed, void (*does)(struct actor *actor, void *argument), void *argument)
{
	struct member *member = calloc(1, sizeof(*member));

	if (!member)
		abort();
	member->actor.seed = seed_fork(seed);
	member->run = does;
	member->argument = argument;
	return member;
}

static void start_c11(struct member *member)
{
	must_be(thrd_create(&member->thread, run_c11, member), thrd_success, "thrd_create", __LINE__);
}

struct member *crew_start(struct seed *seed, bool plain, void (*does)(struct actor *actor, void *argument), void *argument)
{
	struct member *member = member_new(seed, does, argument);

	member->c11 = !plain && seed_chance(seed, 25);
	if (member->c11)
		start_c11(member);
	else
		must(pthread_create(&member->thread, NULL, run, member));
	return member;
}

void crew_start_detached(struct seed *seed, void (*does)(struct actor *actor, void *argument), void *argument)
{
	struct member *member = member_new(seed, does, argument);
	unsigned choice = seed_below(seed, 3);
	pthread_attr_t attributes;
	pthread_t thread;

	member->alone = true;
	atomic_fetch_add(&detached_alive, 1);
	must(pthread_attr_init(&attributes));
	if (choice == 0)
		must(pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED));
	if (choice == 2)
		must_be(thrd_create(&thread, run_c11, member), thrd_success, "thrd_create", __LINE__);
	else
		must(pthread_create(&thread, &attributes, run, member)); /* by now the member may be gone */
	if (choice == 1)
		must(pthread_detach(thread));
	if (choice == 2)
		must_be(thrd_detach(thread), thrd_success, "thrd_detach", __LINE__);
	must(pthread_attr_destroy(&attributes));
}

void crew_wait(void)
{
	while (atomic_load(&detached_alive) > 0)
		usleep(50);
}

/* ---- join ---- */

static int join_by_trying(pthread_t thread)
{
	int result;

	while ((result = pthread_tryjoin_np(thread, NULL)) == EBUSY)
		usleep(50);
	return result;
}

static int join_in_time(pthread_t thread, clockid_t clock)
{
	struct timespec until;
	int result;

	do {
		clock_gettime(clock, &until);
		until.tv_nsec = (until.tv_nsec + 400000) % 1000000000;
		result = clock == CLOCK_REALTIME ? pthread_timedjoin_np(thread, NULL, &until)
						 : pthread_clockjoin_np(thread, NULL, clock, &until);
	} while (result == ETIMEDOUT);
	return result;
}

static int join(pthread_t thread, unsigned choice)
{
	if (choice == 0)
		return join_by_trying(thread);
	if (choice == 1)
		return join_in_time(thread, CLOCK_REALTIME);
	if (choice == 2)
		return join_in_time(thread, CLOCK_MONOTONIC);
	return pthread_join(thread, NULL);
}

void crew_join(struct member *member, struct seed *seed)
{
	if (member->c11)
		must_be(thrd_join(member->thread, NULL), thrd_success, "thrd_join", __LINE__);
	else
		must(join(member->thread, seed_below(seed, 6)));
	free(member);
}

/* ---- ends before the end ---- */

struct early {
	struct actor actor;
	atomic_int inside;
	bool by_itself; /* pthread_exit, not cancellation */
};

static void leave(void *argument)
{
	work_leave(argument);
}

static void *end_inside(void *argument)
{
	struct early *early = argument;

	pthread_cleanup_push(leave, &early->actor);
	work_enter(&early->actor);
	atomic_store(&early->inside, 1);
	if (early->by_itself)
		pthread_exit(NULL);
	for (;;)
		usleep(1000);
	pthread_cleanup_pop(0);
	return NULL;
}

void crew_end_early(struct actor *actor)
{
	struct early early = {.actor = {.seed = seed_fork(&actor->seed)}, .by_itself = seed_chance(&actor->seed, 50)};
	pthread_t thread;
	void *value;

	must(pthread_create(&thread, NULL, end_inside, &early));
	if (!early.by_itself) {
		crew_poll(&early.inside, 1);
		must(pthread_cancel(thread));
	}
	must(pthread_join(thread, &value));
	must_be(value == (early.by_itself ? NULL : PTHREAD_CANCELED), true, "the end of a thread", __LINE__);
}
