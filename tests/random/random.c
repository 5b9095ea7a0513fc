/*
 * random: a program with many threads that lock at random, of which it is known what gridlock has to say.
 *
 *     random SEED [--plant] [--expect=FILE] [--by-address]
 *
 * The same seed is the same program, though not the same interleaving. Without --plant nothing in it can deadlock and nothing is misused;
 * what is to be found is at most a note (or a warning of a wait with a limit) for a ring that was put in on purpose. With --plant there is
 * one ring that can deadlock, or one misuse. FILE gets what is to be found (expect.h). --by-address: locks are known by their address, so
 * none begins a new life unseen. Exits 0, or 3 when a call did not do what it must.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crew.h"
#include "expect.h"
#include "lives.h"
#include "meet.h"
#include "misuse.h"
#include "ring.h"
#include "work.h"

#define WORKERS_MAX 5
#define GENERATIONS 2

static unsigned workers, rounds;

/* ---- workers ---- */

static void work_child(struct actor *actor, void *argument);

/* Threads of a thread's own; joined by it, or by nobody. */
static void start_children(struct actor *actor)
{
	unsigned count = 1 + seed_below(&actor->seed, 2);
	struct member *members[2];

	if (actor->generation == GENERATIONS)
		return;
	for (unsigned i = 0; i < count; i++)
		members[i] = crew_start(&actor->seed, false, work_child, (void *)(uintptr_t)(actor->generation + 1));
	if (seed_chance(&actor->seed, 50))
		crew_start_detached(&actor->seed, work_child, (void *)(uintptr_t)(actor->generation + 1));
	work_section(actor);
	for (unsigned i = 0; i < count; i++)
		crew_join(members[i], &actor->seed);
}

static void one_thing(struct actor *actor)
{
	unsigned choice = seed_below(&actor->seed, 100);

	if (choice < 70)
		work_section(actor);
	else if (choice < 75)
		lives_on_stack(actor);
	else if (choice < 80)
		lives_on_heap(actor);
	else if (choice < 83)
		lives_of_static(actor);
	else if (choice < 85)
		lives_robust(actor);
	else if (choice < 90)
		meet_once(actor);
	else if (choice < 93)
		crew_end_early(actor);
	else if (choice < 97)
		start_children(actor);
	else
		work_pause(&actor->seed);
}

static void some_things(struct actor *actor, unsigned at_most)
{
	unsigned count = seed_below(&actor->seed, at_most);

	while (count--)
		one_thing(actor);
}

static void work_child(struct actor *actor, void *generation)
{
	actor->generation = (unsigned)(uintptr_t)generation;
	some_things(actor, 10);
}

static void work(struct actor *actor, void *number)
{
	for (unsigned round = 0; round < rounds; round++) {
		meet_post(actor, (unsigned)(uintptr_t)number, round);
		some_things(actor, 12);
		meet_take(actor, (unsigned)(uintptr_t)number, round);
		some_things(actor, 12);
	}
}

/* ---- the program ---- */

static void plan(struct seed *seed, bool planted)
{
	unsigned harmless = seed_below(seed, 4);

	while (harmless--)
		ring_plan_harmless(seed);
	if (planted && seed_chance(seed, 60))
		ring_plan_real(seed);
	else if (planted)
		misuse_plan(seed);
}

static void run(struct actor *main)
{
	struct member *members[WORKERS_MAX];

	for (unsigned i = 0; i < workers; i++)
		members[i] = crew_start(&main->seed, false, work, (void *)(uintptr_t)i);
	misuse_start(main);
	ring_start_all(main);
	for (unsigned i = 0; i < workers; i++)
		crew_join(members[i], &main->seed);
	ring_join_all(main);
	misuse_join(main);
	crew_wait();
}

static void whole(uint64_t number, bool planted, const char *expectation)
{
	struct actor main = {.seed = {number}};
	struct seed seed = seed_fork(&main.seed);

	workers = 1 + seed_below(&seed, WORKERS_MAX);
	rounds = 1 + seed_below(&seed, 3);
	expect_init(expectation);
	work_init(&seed);
	meet_init(&seed, workers, rounds);
	plan(&seed, planted);
	expect_fini();
	run(&main);
	meet_fini();
	work_fini(&seed);
	misuse_at_exit();
}

static int usage(void)
{
	fprintf(stderr, "usage: random SEED [--plant] [--expect=FILE] [--by-address]\n");
	return 2;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"plant", no_argument, NULL, 'p'},
						{"expect", required_argument, NULL, 'e'},
						{"by-address", no_argument, NULL, 'a'},
						{NULL, 0, NULL, 0}};
	bool planted = false, by_address = false;
	const char *expectation = NULL;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == '?')
			return usage();
		planted |= option == 'p';
		by_address |= option == 'a';
		expectation = option == 'e' ? optarg : expectation;
	}
	if (optind + 1 != argc)
		return usage();
	lives_init(!by_address);
	whole(strtoull(argv[optind], NULL, 0), planted, expectation);
	printf("random %s: done\n", argv[optind]);
	return 0;
}
