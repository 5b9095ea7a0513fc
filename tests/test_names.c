/* test_names.c: what threads, locks and stacks are called, and the fingerprints made of it. */
#include <dlfcn.h>
#include <pthread.h>

#include "tests/world.h"

/* Baselines and suppressions hold fingerprints: another figure would be another version of them. */
#define RING_FINGERPRINT "v1:24db75eb91b96765"

/* ---- names ---- */

START_TEST(threads_are_named_by_themselves_then_by_their_start_routine)
{
	uint32_t again = put_thread(&world.recorder, 1, world.main, 0, frame_in(world.self, (void *)(uintptr_t)beta_worker));
	uint32_t unknown = put_thread(&world.recorder, 1, world.main, 0, 0);
	const struct findings *findings;

	put_thread_name(&world.recorder, 1, world.alpha, "early");
	put_thread_name(&world.recorder, 1, world.alpha, "teller");
	world_nested(world.alpha, taken(world.first, world.at_alpha_outer), taken(world.second, world.at_alpha_inner));
	world_nested(again, taken(world.second, world.at_beta_outer), taken(world.gate, world.at_beta_inner));
	world_nested(unknown, taken(world.gate, world.at_alpha_outer), taken(world_lock(lock_table[1]), world.at_alpha_inner));
	world_nested(world.main, taken(world.gate + 1, world.at_beta_outer), taken(world.first, world.at_beta_inner));
	findings = world_findings(NULL);
	ck_assert_str_eq(
		only(findings)->message,
		"thread `teller` takes `first_lock` then `second_lock`; thread `beta_worker#2` takes `second_lock` then `gate_lock`; "
		"thread `thread 5` takes `gate_lock` then `lock_table+40`; thread `main` takes `lock_table+40` then `first_lock`");
}
END_TEST

/* The ring of a lock made there and the first lock: its name in the story. */
static void ring_with(uint64_t lock, const char *name)
{
	char story[300];

	world_nested(world.alpha, taken(lock, world.at_alpha_outer), taken(world.first, world.at_alpha_inner));
	world_nested(world.beta, taken(world.first, world.at_beta_outer), taken(lock, world.at_beta_inner));
	snprintf(story, sizeof(story),
		 "thread `clone_alpha` takes `%s` then `first_lock`; thread `beta_worker` takes `first_lock` then `%s`", name, name);
	ck_assert_str_eq(only(world_findings(NULL))->message, story);
}

START_TEST(an_initialised_lock_is_named_by_where)
{
	char name[100];
	const struct lock *lock;

	snprintf(name, sizeof(name), "recursive mutex #4 (init at world.h:%d)", make_threads_line);
	ring_with(
		put_lock(&world.recorder, 1, put_class(&world.recorder, 1, CLASS_INIT, KIND_RECURSIVE, world_stack(make_threads(), NULL))),
		name);
	lock = world.findings->list[0].links[0].held.lock;
	ck_assert_str_eq(lock->created_how, "initialised");
	is_stack(lock->created, "make_threads", make_threads_line, NULL);
}
END_TEST

START_TEST(a_lock_of_any_number_is_known)
{
	char name[100];

	recorder_header(&world.recorder)->next_lock = 0xfffffffffffull;
	snprintf(name, sizeof(name), "adaptive mutex #17592186044416 (first taken at world.h:%d)", alpha_outer_line);
	ring_with(put_lock(&world.recorder, 1, put_class(&world.recorder, 1, CLASS_FIRST, KIND_ADAPTIVE, world.at_alpha_outer)), name);
}
END_TEST

START_TEST(a_lock_that_no_fact_describes_has_a_number)
{
	ring_with(77, "lock #77");
}
END_TEST

/* ---- stacks ---- */

START_TEST(frames_of_libc_and_gridlock_are_cut_from_both_ends_of_a_stack)
{
	Dl_info info;
	struct fact_module *libc, *gridlock;
	frame_t frames[6];

	ck_assert_int_ne(dladdr(dlsym(RTLD_DEFAULT, "getppid"), &info), 0);
	libc = put_module(&world.recorder, 1, info.dli_fname);
	libc->base = (uint64_t)(uintptr_t)info.dli_fbase;
	gridlock = put_module(&world.recorder, 1, "/nowhere/libgridlock.so");
	frames[0] = frame_in(gridlock, (void *)16);
	frames[1] = frame_in(libc, (char *)dlsym(RTLD_DEFAULT, "pthread_mutex_timedlock") + 8);
	frames[2] = frame_in(world.self, alpha_outer());
	frames[3] = frame_in(world.self, clone_alpha());
	frames[4] = frame_in(gridlock, (void *)32);
	frames[5] = frame_in(libc, (char *)dlsym(RTLD_DEFAULT, "getppid") + 4);
	world.at_alpha_outer = put_stack(&world.recorder, 1, frames, 6);
	world_ring();
	is_stack(only(world_findings(NULL))->links[0].held.stack, "alpha_outer", alpha_outer_line, "clone_alpha");
	ck_assert_str_eq(world.findings->list[0].fingerprint, RING_FINGERPRINT);
	ck_assert_uint_eq(world.findings->remarks_count, 1);
	ck_assert_str_eq(world.findings->remarks[0], "no symbols from /nowhere/libgridlock.so: No such file or directory");
}
END_TEST

/* ---- fingerprints ---- */

START_TEST(the_fingerprint_of_a_ring_is_the_same_from_run_to_run)
{
	world_ring();
	ck_assert_str_eq(only(world_findings(NULL))->fingerprint, RING_FINGERPRINT);
}
END_TEST

START_TEST(it_does_not_depend_on_order_pid_numbers_or_names_of_locks)
{
	recorder_free(&world.recorder);
	world_image(4711);
	world_stack(my_lock(), NULL);
	world.first = world_lock(lock_table[3]);
	world_beta_takes_second_then_first();
	world_alpha_takes_first_then_second();
	ck_assert_str_eq(only(world_findings(NULL))->fingerprint, RING_FINGERPRINT);
}
END_TEST

START_TEST(another_function_on_a_stack_makes_another_one)
{
	world.at_beta_outer = world_stack(beta_outer(), my_lock());
	world_ring();
	ck_assert_str_ne(only(world_findings(NULL))->fingerprint, RING_FINGERPRINT);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		threads_are_named_by_themselves_then_by_their_start_routine,
		an_initialised_lock_is_named_by_where,
		a_lock_of_any_number_is_known,
		a_lock_that_no_fact_describes_has_a_number,
		frames_of_libc_and_gridlock_are_cut_from_both_ends_of_a_stack,
		the_fingerprint_of_a_ring_is_the_same_from_run_to_run,
		it_does_not_depend_on_order_pid_numbers_or_names_of_locks,
		another_function_on_a_stack_makes_another_one,
	};

	return world_run("names", tests, sizeof(tests) / sizeof(tests[0]));
}
