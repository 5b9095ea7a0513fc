/*
 * world.h: a small program for tests of the report, as a recording: three threads, three static locks, and functions of this very test program
 * where the locks are taken. A test adds what the threads did, then reads the findings.
 */
#ifndef TESTS_WORLD_H
#define TESTS_WORLD_H

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/findings.h"
#include "report/options.h"
#include "tests/recording_builder.h"

#ifndef GRIDLOCK_BUILD_H
enum {
#define RULE(id, name, level, text) RULE_##id,
#include "graph/rules.def"
#undef RULE
};
#endif

static __attribute__((noinline)) void *world_caller(void)
{
	__asm__ volatile("" ::: "memory");
	return __builtin_return_address(0);
}

/* A function of that name; it returns an address behind a call in it, and its name_line is the line of that call. The name in the asm keeps
 * compilers from folding functions that look alike. */
#define SITE(name)                                                                                                                         \
	enum { name##_line = __LINE__ };                                                                                                   \
	static __attribute__((noinline, unused)) void *name(void)                                                                          \
	{                                                                                                                                  \
		void *address = world_caller();                                                                                            \
		__asm__ volatile("# " #name ::: "memory");                                                                                 \
		return address;                                                                                                            \
	}

SITE(alpha_outer)
SITE(alpha_inner)
SITE(beta_outer)
SITE(beta_inner)
SITE(clone_alpha) /* a start routine; the name is none of libc's */
SITE(beta_worker)
SITE(make_threads)
SITE(join_threads)
SITE(my_lock)

char first_lock[40] = {1}, second_lock[40] = {1}, gate_lock[40] = {1};
char lock_table[4][40] = {{1}};

struct world {
	struct recorder recorder;
	char folder[32];
	uint32_t process;
	struct fact_module *self;
	uint32_t main, alpha, beta;
	uint64_t first, second, gate;
	uint32_t at_alpha_outer, at_alpha_inner, at_beta_outer, at_beta_inner;
	struct options options;
	struct findings *findings;
};
static struct world world;

/* A stack of one or two functions of this program. */
static inline uint32_t world_stack(void *innermost, void *outer)
{
	frame_t frames[2] = {frame_in(world.self, innermost)};

	if (outer)
		frames[1] = frame_in(world.self, outer);
	return put_stack(&world.recorder, world.process, frames, outer ? 2 : 1);
}

static inline uint64_t world_lock(const void *address)
{
	return put_lock(&world.recorder, world.process,
			put_class(&world.recorder, world.process, CLASS_STATIC, KIND_MUTEX, frame_in(world.self, address)));
}

/* A process with everything but what the threads do. Called again: one more image, in a file of its own. */
static inline void world_image(uint32_t pid)
{
	struct recorder *recorder = &world.recorder;

	recorder_init(recorder);
	world.process = put_process(recorder, 0, pid, "/usr/bin/bank");
	world.self = put_self(recorder, world.process);
	world.main = put_thread(recorder, world.process, 0, 0, 0);
	world.alpha = put_thread(recorder, world.process, world.main, world_stack(make_threads(), NULL),
				 frame_in(world.self, (void *)(uintptr_t)clone_alpha));
	world.beta = put_thread(recorder, world.process, world.main, world_stack(make_threads(), NULL),
				frame_in(world.self, (void *)(uintptr_t)beta_worker));
	world.first = world_lock(first_lock);
	world.second = world_lock(second_lock);
	world.gate = world_lock(gate_lock);
	world.at_alpha_outer = world_stack(alpha_outer(), clone_alpha());
	world.at_alpha_inner = world_stack(alpha_inner(), clone_alpha());
	world.at_beta_outer = world_stack(beta_outer(), beta_worker());
	world.at_beta_inner = world_stack(beta_inner(), beta_worker());
	recorder_header(recorder)->totals[TOTAL_LOCKS] = 3;
	recorder_header(recorder)->totals[TOTAL_THREADS] = 3;
	recorder_header(recorder)->totals[TOTAL_DEPENDENCIES] = 2;
}

static inline void world_set_up(void)
{
	memset(&world, 0, sizeof(world));
	strcpy(world.folder, "/tmp/gridlock-test.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(world.folder));
	world_image(100);
}

static inline const char *world_path(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", world.folder, name);
	return path;
}

static inline void world_save(const char *name)
{
	ck_assert(recorder_save(&world.recorder, world_path(name), 0));
	recorder_free(&world.recorder);
}

/* Reads what was saved, under these options in the form of GRIDLOCK_OPTIONS. */
static inline const struct findings *world_read(const char *variable)
{
	char name[] = "gridlock", *words[] = {name, NULL}, *error = NULL;
	bool dashes;

	options_read(&world.options, 1, words, variable, false, &dashes);
	world.findings = findings_build(world.folder, &world.options, &error);
	ck_assert_ptr_nonnull(world.findings);
	return world.findings;
}

static inline const struct findings *world_findings(const char *variable)
{
	world_save("image.100.0");
	return world_read(variable);
}

static inline void world_forget(void)
{
	findings_free(world.findings);
	world.findings = NULL;
	options_free(&world.options);
	memset(&world.options, 0, sizeof(world.options));
}

static inline void world_tear_down(void)
{
	static const char *const names[] = {"image.100.0", "image.200.0", "image.300.0"};

	world_forget();
	recorder_free(&world.recorder);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(world_path(names[i]));
	ck_assert_int_eq(rmdir(world.folder), 0);
}

/* Runs tests, each in a world of its own. Returns what main returns. */
static inline int world_run(const char *name, const TTest *const *tests, size_t count)
{
	Suite *suite = suite_create(name);
	TCase *cases = tcase_create(name);
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(cases, world_set_up, world_tear_down);
	for (size_t i = 0; i < count; i++)
		tcase_add_test(cases, tests[i]);
	suite_add_tcase(suite, cases);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}

/* ---- what is expected ---- */

/* The only finding. */
static inline const struct finding *only(const struct findings *findings)
{
	ck_assert_uint_eq(findings->count, 1);
	return &findings->list[0];
}

static inline void is_verdict(const struct finding *finding, int rule, enum level level)
{
	ck_assert_str_eq(rules[finding->rule].name, rules[rule].name);
	ck_assert_int_eq(finding->level, level);
}

static inline void is_stack(const struct stack *stack, const char *innermost, unsigned line, const char *outer)
{
	ck_assert_uint_eq(stack->count, outer ? 2 : 1);
	ck_assert_str_eq(stack->frames[0].function, innermost);
	ck_assert_uint_eq(stack->frames[0].line, line);
	if (outer)
		ck_assert_str_eq(stack->frames[1].function, outer);
}

/* ---- what threads do ---- */

static inline struct fact_held taken(uint64_t lock, uint32_t stack)
{
	return (struct fact_held){.lock = lock, .stack = stack, .mode = LOCK_EXCLUSIVE, .how = LOCK_BLOCKING};
}

/* `thread`, in its first segment, takes one lock and then the other. */
static inline void world_nested(uint32_t thread, struct fact_held outer, struct fact_held inner)
{
	uint32_t dependency = put_dependency(&world.recorder, world.process, &outer, 1, inner);

	put_witness(&world.recorder, world.process, dependency, thread, 1);
}

static inline void world_alpha_takes_first_then_second(void)
{
	world_nested(world.alpha, taken(world.first, world.at_alpha_outer), taken(world.second, world.at_alpha_inner));
}

static inline void world_beta_takes_second_then_first(void)
{
	world_nested(world.beta, taken(world.second, world.at_beta_outer), taken(world.first, world.at_beta_inner));
}

static inline void world_ring(void)
{
	world_alpha_takes_first_then_second();
	world_beta_takes_second_then_first();
}

/* Both stand at their second lock, and the main thread waits for one of them to end. `join`: beta waits for alpha's end instead. */
static inline void world_blocked(bool join)
{
	struct fact_held alpha = taken(world.first, world.at_alpha_outer), beta = taken(world.second, world.at_beta_outer);

	put_blocked(&world.recorder, world.process, 1, world.alpha, LOCK_EXCLUSIVE, world.second, world.at_alpha_inner, &alpha)->by =
		join ? BLOCKED_END : BLOCKED_HELD;
	put_blocked(&world.recorder, world.process, 2, world.beta, join ? WAIT_JOIN : LOCK_EXCLUSIVE, join ? world.alpha : world.first,
		    world.at_beta_inner, &beta);
	put_blocked(&world.recorder, world.process, 0, world.main, WAIT_JOIN, world.alpha, world_stack(join_threads(), NULL), NULL);
}

#endif
