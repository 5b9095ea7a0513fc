/* thread.c: threads: created, joined, detached, named; values and errors. */
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "check.h"

static void *returns(void *value)
{
	return value;
}

static void *exits(void *value)
{
	pthread_exit(value);
}

static pthread_t start(void *(*routine)(void *), void *argument)
{
	pthread_t thread;

	MUST(pthread_create(&thread, NULL, routine, argument));
	return thread;
}

/* A thread that runs until it is told to end. */
static _Atomic int end;

static void *stays(void *value)
{
	until_not(&end, 0);
	return value;
}

static pthread_t start_staying(void)
{
	end = 0;
	return start(stays, (void *)7);
}

/* ---- values ---- */

CHECK(thread_values, "0 7 0 8 0 0 same")
{
	void *value = NULL;
	pthread_t thread;

	DO(pthread_join(start(returns, (void *)7), &value));
	say("%ld", (long)value);
	DO(pthread_join(start(exits, (void *)8), &value));
	say("%ld", (long)value);
	DO(pthread_join(start(returns, (void *)7), NULL));
	DO(pthread_create(&thread, NULL, returns, NULL));
	MUST(pthread_join(thread, NULL));
	say(pthread_equal(pthread_self(), pthread_self()) ? "same" : "other");
}

/* ---- join in all its forms ---- */

CHECK(join_of_a_thread_that_stays, "EBUSY ETIMEDOUT ETIMEDOUT ETIMEDOUT ETIMEDOUT EINVAL EINVAL 0 7")
{
	pthread_t thread = start_staying();
	void *value = NULL;

	DO(pthread_tryjoin_np(thread, &value));
	DO(pthread_timedjoin_np(thread, &value, &past));
	DO(pthread_timedjoin_np(thread, &value, soon(CLOCK_REALTIME)));
	DO(pthread_clockjoin_np(thread, &value, CLOCK_MONOTONIC, &past));
	DO(pthread_clockjoin_np(thread, &value, CLOCK_MONOTONIC, soon(CLOCK_MONOTONIC)));
	DO(pthread_clockjoin_np(thread, &value, CLOCK_PROCESS_CPUTIME_ID, &past));
	DO(pthread_clockjoin_np(thread, &value, 12345, &past));
	end = 1;
	DO(pthread_join(thread, &value));
	say("%ld", (long)value);
}

/* Until a thread is gone from the process: what tryjoin looks at. */
static int tryjoin_at_last(pthread_t thread, void **value)
{
	int result;

	while ((result = pthread_tryjoin_np(thread, value)) == EBUSY)
		usleep(200);
	return result;
}

CHECK(join_of_a_thread_that_has_ended, "0 7 0 7 0 7 0 7")
{
	void *value = NULL;

	DO(tryjoin_at_last(start(returns, (void *)7), &value));
	say("%ld", (long)value);
	DO(pthread_timedjoin_np(start(returns, (void *)7), &value, never(CLOCK_REALTIME)));
	say("%ld", (long)value);
	DO(pthread_clockjoin_np(start(returns, (void *)7), &value, CLOCK_MONOTONIC, never(CLOCK_MONOTONIC)));
	say("%ld", (long)value);
	DO(pthread_clockjoin_np(start(returns, (void *)7), &value, CLOCK_REALTIME, never(CLOCK_REALTIME)));
	say("%ld", (long)value);
}

static _Atomic pid_t joiner;
static pthread_t target;
static int joined;

static void *joins(void *value)
{
	joiner = gettid();
	joined = pthread_join(target, &value);
	return value;
}

CHECK(join_that_waits, "0 7 0")
{
	pthread_t thread;
	void *value = NULL;

	joiner = 0;
	target = start_staying();
	thread = start(joins, NULL);
	until_blocked(tid_of(&joiner));
	end = 1;
	DO(pthread_join(thread, &value));
	say("%ld", (long)value);
	DO(joined);
}

static void join_itself(void)
{
	DO(pthread_join(pthread_self(), NULL));
	DO(pthread_timedjoin_np(pthread_self(), NULL, &past));
	DO(pthread_tryjoin_np(pthread_self(), NULL));
}

CHECK(join_of_itself, "EDEADLK EDEADLK EBUSY")
{
	in_thread(join_itself);
}

/* ---- detach ---- */

CHECK(detached_threads_are_not_joined, "0 EINVAL EINVAL EBUSY EINVAL")
{
	pthread_t thread = start_staying();

	DO(pthread_detach(thread));
	DO(pthread_detach(thread));
	DO(pthread_join(thread, NULL));
	DO(pthread_tryjoin_np(thread, NULL));
	DO(pthread_timedjoin_np(thread, NULL, &past));
	end = 1;
	usleep(2000);
}

CHECK(threads_created_detached, "0 EINVAL EINVAL 0")
{
	pthread_attr_t attributes;
	pthread_t thread;

	end = 0;
	MUST(pthread_attr_init(&attributes));
	MUST(pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED));
	DO(pthread_create(&thread, &attributes, stays, NULL));
	DO(pthread_join(thread, NULL));
	DO(pthread_detach(thread));
	end = 1;
	usleep(2000);
	DO(pthread_attr_destroy(&attributes));
}

static void detach_itself(void)
{
	pthread_attr_t attributes;
	int state = -1;

	DO(pthread_getattr_np(pthread_self(), &attributes));
	DO(pthread_attr_getdetachstate(&attributes, &state));
	say("%d", state);
	MUST(pthread_attr_destroy(&attributes));
}

CHECK(thread_sees_that_it_is_joinable, "0 0 0")
{
	in_thread(detach_itself);
}

/* ---- create: what it refuses, what it passes on ---- */

CHECK(create_that_fails, "EINVAL 0 EAGAIN!errno=ENOMEM")
{
	pthread_attr_t attributes;
	pthread_t thread;

	MUST(pthread_attr_init(&attributes));
	DO(pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN - 1));
	/* More memory than there are addresses for. */
	DO(pthread_attr_setstacksize(&attributes, (size_t)1 << 47));
	DO(pthread_create(&thread, &attributes, returns, NULL));
}

static size_t stack_size, guard_size;
static char *stack_low;

static void *looks_at_its_stack(void *unused)
{
	pthread_attr_t attributes;
	void *low;

	MUST(pthread_getattr_np(pthread_self(), &attributes));
	MUST(pthread_attr_getstack(&attributes, &low, &stack_size));
	MUST(pthread_attr_getguardsize(&attributes, &guard_size));
	MUST(pthread_attr_destroy(&attributes));
	stack_low = low;
	return (char *)&attributes > stack_low && (char *)&attributes < stack_low + stack_size ? unused : (void *)1;
}

CHECK(thread_has_the_stack_that_was_asked_for, "0 0 on it 262144 guard 8192")
{
	pthread_attr_t attributes;
	pthread_t thread;
	void *value;

	MUST(pthread_attr_init(&attributes));
	MUST(pthread_attr_setstacksize(&attributes, 262144));
	MUST(pthread_attr_setguardsize(&attributes, 8192));
	DO(pthread_create(&thread, &attributes, looks_at_its_stack, NULL));
	DO(pthread_join(thread, &value));
	say("%s %zu guard %zu", value ? "elsewhere" : "on it", stack_size, guard_size);
}

CHECK(thread_has_the_stack_that_it_was_given, "0 0 on it same 65536")
{
	static char stack[65536] __attribute__((aligned(4096)));
	pthread_attr_t attributes;
	pthread_t thread;
	void *value;

	MUST(pthread_attr_init(&attributes));
	MUST(pthread_attr_setstack(&attributes, stack, sizeof(stack)));
	DO(pthread_create(&thread, &attributes, looks_at_its_stack, NULL));
	DO(pthread_join(thread, &value));
	say("%s %s %zu", value ? "elsewhere" : "on it", stack_low == stack ? "same" : "other", stack_size);
}

static void *counts_cpus(void *unused)
{
	cpu_set_t cpus;

	(void)unused;
	CPU_ZERO(&cpus);
	MUST(sched_getaffinity(0, sizeof(cpus), &cpus));
	return (void *)(intptr_t)CPU_COUNT(&cpus);
}

CHECK(thread_runs_on_the_cpus_and_with_the_policy_asked_for, "0 0 0 0 cpus 1")
{
	pthread_attr_t attributes;
	pthread_t thread;
	cpu_set_t cpus;
	void *value;
	int cpu;

	MUST(sched_getaffinity(0, sizeof(cpus), &cpus));
	for (cpu = 0; !CPU_ISSET(cpu, &cpus); cpu++)
		continue;
	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	MUST(pthread_attr_init(&attributes));
	DO(pthread_attr_setaffinity_np(&attributes, sizeof(cpus), &cpus));
	DO(pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED));
	DO(pthread_create(&thread, &attributes, counts_cpus, NULL));
	DO(pthread_join(thread, &value));
	say("cpus %ld", (long)value);
}

/* What a thread inherits: the mask of signals. */
static void *tells_mask(void *mask)
{
	MUST(pthread_sigmask(SIG_SETMASK, NULL, mask));
	return NULL;
}

static void say_mask(const sigset_t *mask)
{
	for (int number = 1; number < NSIG; number++)
		if (sigismember(mask, number) == 1)
			say("%d", number);
}

CHECK(thread_inherits_the_mask_of_signals, "10 12 64 then nothing")
{
	sigset_t mask, before, seen;

	MUST(sigemptyset(&mask));
	MUST(sigaddset(&mask, SIGUSR1));
	MUST(sigaddset(&mask, SIGUSR2));
	MUST(sigaddset(&mask, SIGRTMAX));
	MUST(pthread_sigmask(SIG_SETMASK, &mask, &before));
	MUST(pthread_join(start(tells_mask, &seen), NULL));
	MUST(pthread_sigmask(SIG_SETMASK, &before, NULL));
	say_mask(&seen);
	say("then");
	MUST(pthread_join(start(tells_mask, &seen), NULL));
	say_mask(&seen);
	MUST(pthread_sigmask(SIG_SETMASK, NULL, &seen));
	say_mask(&seen);
	say("nothing");
}

/* ---- those that are gone ---- */

static void *tells_tid(void *tid)
{
	*(_Atomic pid_t *)tid = gettid();
	return NULL;
}

/* Ended and not joined, libc knows the thread still, and there is nothing to be cancelled or killed; the system knows it no more. */
CHECK(thread_that_has_ended, "ESRCH 0 0 0")
{
	static _Atomic pid_t tid;
	pthread_t thread;

	tid = 0;
	thread = start(tells_tid, (void *)&tid);
	until_ended(tid_of(&tid));
	SYS(tgkill(getpid(), tid, 0));
	DO(pthread_kill(thread, 0));
	DO(pthread_cancel(thread));
	DO(pthread_join(thread, NULL));
}

static int main_thread_ends(void)
{
	pthread_exit(NULL);
}

/* The first thread ends with pthread_exit: the last one's end is the process's, with code 0. */
CHECK(process_whose_only_thread_exits, "exit 0")
{
	in_child(main_thread_ends);
}

static void *ends_process(void *unused)
{
	(void)unused;
	usleep(3000);
	_exit(9);
}

static int main_thread_ends_first(void)
{
	start(ends_process, NULL);
	pthread_exit(NULL);
}

CHECK(process_whose_first_thread_exits_first, "exit 9")
{
	in_child(main_thread_ends_first);
}

/* ---- names ---- */

static void say_names(void)
{
	char name[64] = "", path[64];
	FILE *file;

	MUST(pthread_getname_np(pthread_self(), name, sizeof(name)));
	say("%s", name);
	MUST(prctl(PR_GET_NAME, name));
	say("%s", name);
	snprintf(path, sizeof(path), "/proc/self/task/%d/comm", (int)gettid());
	file = fopen(path, "r");
	must(file && fscanf(file, "%63s", name) == 1, "comm", __FILE__, __LINE__);
	fclose(file);
	say("%s", name);
}

static void name_itself(void)
{
	DO(pthread_setname_np(pthread_self(), "by-pthread"));
	say_names();
	SYS(prctl(PR_SET_NAME, "by-prctl-and-too-long"));
	say_names();
	DO(pthread_setname_np(pthread_self(), "sixteen-letters-"));
	say_names();
	DO(pthread_setname_np(pthread_self(), ""));
	SYS(prctl(PR_SET_NAME, "", 0, 0, 0));
}

CHECK(thread_names, "0 by-pthread by-pthread by-pthread 0 by-prctl-and-to by-prctl-and-to by-prctl-and-to ERANGE by-prctl-and-to "
		    "by-prctl-and-to by-prctl-and-to 0 0 ERANGE")
{
	char name[4];

	in_thread(name_itself);
	DO(pthread_getname_np(pthread_self(), name, 2));
}

CHECK(thread_named_by_another, "0 0 other-thread 0")
{
	pthread_t thread = start_staying();
	char name[16];

	DO(pthread_setname_np(thread, "other-thread"));
	DO(pthread_getname_np(thread, name, sizeof(name)));
	say("%s", name);
	end = 1;
	DO(pthread_join(thread, NULL));
}

CHECK(prctl_other_options, "EINVAL 0 0 (15) 0 EFAULT")
{
	int number = 0;

	SYS(prctl(-1, 0, 0, 0, 0));
	SYS(prctl(PR_SET_PDEATHSIG, 15));
	SYS(prctl(PR_GET_PDEATHSIG, &number));
	say("(%d)", number);
	SYS(prctl(PR_SET_PDEATHSIG, 0));
	SYS(prctl(PR_GET_PDEATHSIG, (void *)1));
}
