/* process.c: what a process is and does as a whole: small stacks, signals, children of every sort, programs run from it, ends. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

extern char **environ;

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP, c = PTHREAD_MUTEX_INITIALIZER;

/* Three deep, in order; 0. */
static int lock_three(void)
{
	int result = pthread_mutex_lock(&a) | pthread_mutex_lock(&b) | pthread_mutex_lock(&c);

	return result | pthread_mutex_unlock(&c) | pthread_mutex_unlock(&b) | pthread_mutex_unlock(&a);
}

static void no_core(void)
{
	MUST(setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}));
}

/* ---- small stacks ---- */

/* Everything there is, nested, for the first time in this thread and at new places: the longest way through the library. */
static void *locks_everything(void *unused)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
	pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
	pthread_spinlock_t spin;
	pthread_barrier_t barrier;
	sem_t sem;
	int wrong = pthread_spin_init(&spin, 0) | sem_init(&sem, 0, 1) | pthread_barrier_init(&barrier, NULL, 1);

	wrong |= pthread_mutex_lock(&a) | pthread_rwlock_wrlock(&rwlock) | pthread_mutex_lock(&mutex);
	wrong |= pthread_spin_lock(&spin) | sem_wait(&sem);
	wrong |= pthread_barrier_wait(&barrier) != PTHREAD_BARRIER_SERIAL_THREAD;
	wrong |= pthread_cond_timedwait(&cond, &mutex, soon(CLOCK_REALTIME)) != ETIMEDOUT;
	wrong |= sem_post(&sem) | pthread_spin_unlock(&spin) | pthread_mutex_unlock(&mutex);
	wrong |= pthread_rwlock_unlock(&rwlock) | pthread_rwlock_rdlock(&rwlock) | pthread_mutex_lock(&b) | pthread_mutex_lock(&b);
	wrong |= pthread_mutex_unlock(&b) | pthread_rwlock_unlock(&rwlock) | pthread_mutex_unlock(&a) | pthread_mutex_unlock(&b);
	/* A ring, and an unlock too many: what there is to report is found here as well. */
	wrong |= pthread_mutex_lock(&c) | pthread_mutex_lock(&a) | pthread_mutex_unlock(&a) | pthread_mutex_unlock(&c);
	wrong |= pthread_mutex_unlock(&mutex);
	return wrong ? (void *)1 : unused;
}

static void *locks_everything_and_more(void *unused)
{
	return lock_three() == 0 && locks_everything(unused) == unused ? unused : (void *)1;
}

CHECK(smallest_stacks_are_large_enough, "16384 0 good good good good")
{
	pthread_attr_t attributes;
	pthread_t thread;
	void *value;

	say("%ld", (long)PTHREAD_STACK_MIN);
	MUST(pthread_attr_init(&attributes));
	DO(pthread_attr_setstacksize(&attributes, 16384));
	/* One after the other: at one time they could deadlock. */
	for (int i = 0; i < 4; i++) {
		MUST(pthread_create(&thread, &attributes, locks_everything_and_more, NULL));
		MUST(pthread_join(thread, &value));
		say(value ? "bad" : "good");
	}
}

static void *overflows(void *depth)
{
	volatile char room[8192];

	room[0] = room[8191] = 1;
	if (lock_three() != 0)
		return depth;
	return (char *)overflows((char *)depth + 1) + room[0];
}

static int overflows_a_stack(void)
{
	pthread_attr_t attributes;
	pthread_t thread;

	no_core();
	/* Wider than a frame of `overflows`, which would step over a page into whatever lies behind it. */
	MUST(pthread_attr_init(&attributes));
	MUST(pthread_attr_setguardsize(&attributes, 65536));
	MUST(pthread_create(&thread, &attributes, overflows, NULL));
	pthread_join(thread, NULL);
	return 0;
}

CHECK(overflowing_stacks_end_at_their_guard, "killed 11")
{
	in_child(overflows_a_stack);
}

static volatile sig_atomic_t on_other_stack;
static char other_stack[32768];

static void handle_there(int number)
{
	char here;

	(void)number;
	on_other_stack = &here >= other_stack && &here < other_stack + sizeof(other_stack);
	lock_three();
}

CHECK(handlers_on_a_stack_of_their_own, "0 0 0 0 on it 0")
{
	struct sigaction action = {.sa_handler = handle_there, .sa_flags = SA_ONSTACK}, before;
	stack_t now = {.ss_flags = SS_DISABLE};

	SYS(sigaltstack(&(stack_t){.ss_sp = other_stack, .ss_size = sizeof(other_stack)}, NULL));
	SYS(sigaction(SIGUSR1, &action, &before));
	SYS(raise(SIGUSR1));
	SYS(sigaltstack(NULL, &now));
	say(on_other_stack && now.ss_sp == other_stack ? "on it" : "elsewhere");
	SYS(sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL));
	MUST(sigaction(SIGUSR1, &before, NULL));
}

/* ---- handlers that lock ---- */

static pthread_mutex_t of_handler = PTHREAD_MUTEX_INITIALIZER;
static volatile sig_atomic_t handled, failed;

static void handle_and_lock(int number)
{
	(void)number;
	handled++;
	errno = 77;
	if (pthread_mutex_lock(&of_handler) != 0 || pthread_mutex_unlock(&of_handler) != 0)
		failed++;
}

static void thousand_times_a_second(bool on)
{
	struct sigaction action = {.sa_handler = handle_and_lock, .sa_flags = SA_RESTART};
	struct itimerval interval = {{0, 1000}, {0, 1000}};

	if (on)
		MUST(sigaction(SIGPROF, &action, NULL));
	if (!on)
		memset(&interval, 0, sizeof(interval));
	MUST(setitimer(ITIMER_PROF, &interval, NULL));
	if (!on)
		signal(SIGPROF, SIG_DFL);
}

static void until_handled(int count, void (*body)(void))
{
	handled = failed = 0;
	thousand_times_a_second(true);
	while (handled < count)
		body();
	thousand_times_a_second(false);
	say("%s failed %d", handled >= count ? "handled" : "not", (int)failed);
}

static void lock_and_unlock(void)
{
	for (int i = 0; i < 1000; i++)
		failed += lock_three() != 0;
}

/* New locks all the time: the handler comes in the middle of whatever is done with one for the first time. */
static void lock_new_ones(void)
{
	pthread_mutex_t fresh[16];

	for (int i = 0; i < 16; i++) {
		MUST(pthread_mutex_init(&fresh[i], NULL));
		failed += pthread_mutex_lock(&fresh[i]) != 0;
	}
	for (int i = 0; i < 16; i++) {
		failed += pthread_mutex_unlock(&fresh[i]) != 0;
		MUST(pthread_mutex_destroy(&fresh[i]));
	}
}

static void *nothing(void *unused)
{
	return unused;
}

static void start_threads(void)
{
	pthread_t thread;

	MUST(pthread_create(&thread, NULL, nothing, NULL));
	MUST(pthread_join(thread, NULL));
}

CHECK(handler_that_locks_while_the_program_locks, "handled failed 0")
{
	until_handled(60, lock_and_unlock);
}

CHECK(handler_that_locks_while_locks_are_new, "handled failed 0")
{
	until_handled(60, lock_new_ones);
}

CHECK(handler_that_locks_while_threads_start, "handled failed 0")
{
	until_handled(20, start_threads);
}

/* ---- forks ---- */

static _Atomic int stop;

static void *locks_on(void *unused)
{
	while (!stop)
		lock_three();
	return unused;
}

static void *locks_its_own(void *unused)
{
	pthread_mutex_t mine[2] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};

	for (int i = 0; i < 2; i++)
		MUST(pthread_mutex_lock(&mine[i]));
	for (int i = 0; i < 2; i++)
		MUST(pthread_mutex_unlock(&mine[i]));
	return unused;
}

static int child_of_threads(void)
{
	pthread_mutex_t mine = PTHREAD_MUTEX_INITIALIZER;
	pthread_t thread;
	int wrong = pthread_mutex_lock(&mine) | pthread_mutex_unlock(&mine);

	wrong |= pthread_create(&thread, NULL, locks_its_own, NULL) | pthread_join(thread, NULL);
	return wrong;
}

/* The locks that other threads use may be held in a child for ever: it makes its own. */
CHECK(forks_while_threads_lock, "exit 0 exit 0 exit 0 exit 0 exit 0 0")
{
	pthread_t threads[3];

	stop = 0;
	for (int i = 0; i < 3; i++)
		MUST(pthread_create(&threads[i], NULL, locks_on, NULL));
	for (int i = 0; i < 5; i++)
		in_child(child_of_threads);
	stop = 1;
	for (int i = 0; i < 3; i++)
		MUST(pthread_join(threads[i], NULL));
	DO(lock_three());
}

static int counted[3];
static pthread_mutex_t over_fork = PTHREAD_MUTEX_INITIALIZER;

static void before_fork(void)
{
	pthread_mutex_lock(&over_fork);
	counted[0]++;
}

static void in_parent(void)
{
	counted[1]++;
	pthread_mutex_unlock(&over_fork);
}

static void in_forked(void)
{
	counted[2]++;
	pthread_mutex_unlock(&over_fork);
}

static int child_counts(void)
{
	int held = pthread_mutex_lock(&over_fork);

	return held ? 99 : counted[0] * 16 + counted[1] * 4 + counted[2] + pthread_mutex_unlock(&over_fork);
}

static int registers_handlers(void)
{
	pid_t child;
	int status;

	MUST(pthread_atfork(before_fork, in_parent, in_forked));
	child = fork();
	if (child == 0)
		_exit(child_counts());
	waitpid(child, &status, 0);
	return WEXITSTATUS(status) + child_counts();
}

/* In the child one before and one after, 17; in the parent 20. */
CHECK(atfork_handlers_that_lock, "exit 37")
{
	in_child(registers_handlers);
}

static int forks_on(void)
{
	pid_t child;
	int status = 0, depth;

	for (depth = 0; depth < 4; depth++) {
		if (lock_three() != 0)
			return 50;
		child = fork();
		if (child != 0)
			break;
	}
	if (child == 0)
		return lock_three() + 1;
	waitpid(child, &status, 0);
	return WEXITSTATUS(status) + 1;
}

CHECK(forks_of_forks, "exit 5")
{
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(forks_on());
	MUST(waitpid(child, &status, 0) == child ? 0 : 1);
	said_status(status);
}

CHECK(vfork_and_exec, "exit 3 0")
{
	pid_t child = vfork();
	int status;

	if (child == 0) {
		execl("/bin/sh", "sh", "-c", "exit 3", NULL);
		_exit(127);
	}
	waitpid(child, &status, 0);
	said_status(status);
	DO(lock_three());
}

/* Not by exec: the child ends, on its parent's stack and in its memory. */
CHECK(vfork_and_end, "exit 4 0")
{
	pid_t child = vfork();
	int status;

	if (child == 0)
		_exit(4);
	waitpid(child, &status, 0);
	said_status(status);
	DO(lock_three());
}

static int returns_two(void *unused)
{
	(void)unused;
	return 2;
}

CHECK(clone_without_libc, "exit 6 exit 2 0")
{
	static char stack[65536] __attribute__((aligned(16)));
	long child = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
	int status;

	if (child == 0)
		_exit(lock_three() + 6);
	waitpid((pid_t)child, &status, 0);
	said_status(status);
	child = clone(returns_two, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
	waitpid((pid_t)child, &status, 0);
	said_status(status);
	DO(lock_three());
}

CHECK(posix_spawn_results, "0 exit 5 ENOENT!errno=ENOENT 0!errno=ENOENT exit 0 0")
{
	char *arguments[] = {"sh", "-c", "exit 5", NULL}, *list[] = {"true", NULL};
	pid_t child;
	int status;

	DO(posix_spawn(&child, "/bin/sh", NULL, NULL, arguments, environ));
	waitpid(child, &status, 0);
	said_status(status);
	DO(posix_spawn(&child, "/no/such/program", NULL, NULL, arguments, environ));
	DO(posix_spawnp(&child, "true", NULL, NULL, list, environ));
	waitpid(child, &status, 0);
	said_status(status);
	DO(lock_three());
}

CHECK(system_and_popen, "exit 6 killed 9 text exit 7")
{
	char text[16] = "";
	FILE *pipe;

	said_status(system("exit 6"));
	said_status(system("kill -9 $$"));
	pipe = popen("echo text; exit 7", "r");
	must(pipe && fscanf(pipe, "%15s", text) == 1, "popen", __FILE__, __LINE__);
	say("%s", text);
	said_status(pclose(pipe));
}

/* ---- programs run from programs ---- */

CHECK(exec_chain, "abc exit 11")
{
	char text[16] = "";
	FILE *pipe = popen("exec bash -c \"printf a; exec bash -c 'printf b; exec bash -c \\\"printf c; exit 11\\\"'\"", "r");

	must(pipe && fscanf(pipe, "%15s", text) == 1, "popen", __FILE__, __LINE__);
	say("%s", text);
	said_status(pclose(pipe));
}

CHECK(exec_that_fails, "ENOENT EACCES 0")
{
	SYS(execl("/no/such/program", "x", NULL));
	SYS(execl("/dev/null", "x", NULL));
	DO(lock_three());
}

/* A child's environment is the parent's: what a preload needs itself aside. */
static bool belongs_to_the_preload(const char *entry)
{
	return !strncmp(entry, "LD_PRELOAD=", 11) || !strncmp(entry, "GRIDLOCK_", 9);
}

CHECK(environment_of_children, "one changed added 3 lines")
{
	char *entries[] = {"ONE=one", "TWO=changed", "THREE=added", NULL, NULL, NULL}, line[4096];
	int used = 3, lines = 0, pipes[2];
	pid_t child;
	FILE *pipe;

	/* A program that makes the environment of its children itself keeps what was preloaded. */
	for (char **entry = environ; *entry && used < 5; entry++)
		if (belongs_to_the_preload(*entry))
			entries[used++] = *entry;
	MUST(pipe2(pipes, O_CLOEXEC));
	child = fork();
	if (child == 0) {
		dup2(pipes[1], 1);
		execle("/usr/bin/env", "env", NULL, entries);
		_exit(127);
	}
	close(pipes[1]);
	pipe = fdopen(pipes[0], "r");
	must(pipe != NULL, "fdopen", __FILE__, __LINE__);
	while (fgets(line, sizeof(line), pipe)) {
		line[strcspn(line, "\n")] = '\0';
		if (belongs_to_the_preload(line))
			continue;
		lines++;
		say("%s", strchr(line, '=') + 1);
	}
	fclose(pipe);
	waitpid(child, NULL, 0);
	say("%d lines", lines);
}

CHECK(exec_with_an_empty_environment, "exit 0")
{
	char *nothing_at_all[] = {NULL};
	pid_t child = fork();
	int status;

	if (child == 0) {
		execle("/bin/true", "true", NULL, nothing_at_all);
		_exit(127);
	}
	waitpid(child, &status, 0);
	said_status(status);
}

/* ---- ends ---- */

static int signals_itself(void)
{
	no_core();
	raise(SIGTERM);
	return 0;
}

static int aborts(void)
{
	no_core();
	abort();
}

static int holds_and_is_killed(void)
{
	pthread_mutex_lock(&a);
	raise(SIGKILL);
	return 0;
}

static int faults(void)
{
	no_core();
	*(volatile int *)8 = 0;
	return 0;
}

CHECK(deaths_by_signal, "killed 15 killed 6 killed 9 killed 11")
{
	in_child(signals_itself);
	in_child(aborts);
	in_child(holds_and_is_killed);
	in_child(faults);
}

static void at_exit_locks(void)
{
	static const char text[] = "atexit ";

	if (lock_three() == 0 && write(STDOUT_FILENO, text, sizeof(text) - 1) < 0)
		_exit(98);
}

static void say_pipe(int (*body)(void))
{
	char text[256] = "";
	int pipes[2], status;
	pid_t child;
	ssize_t size;

	MUST(pipe2(pipes, O_CLOEXEC));
	child = fork();
	if (child == 0) {
		dup2(pipes[1], STDOUT_FILENO);
		exit(body());
	}
	close(pipes[1]);
	waitpid(child, &status, 0);
	size = read(pipes[0], text, sizeof(text) - 1);
	close(pipes[0]);
	text[size > 0 ? size - 1 : 0] = '\0';
	say("%s", text);
	said_status(status);
}

static int exits_with_output(void)
{
	MUST(atexit(at_exit_locks));
	printf("buffered ");
	return 12;
}

static int exits_quickly(void)
{
	MUST(at_quick_exit(at_exit_locks));
	printf("lost");
	quick_exit(13);
}

static int exits_at_once(void)
{
	MUST(atexit(at_exit_locks));
	if (write(STDOUT_FILENO, "written ", 8) < 0)
		return 97;
	printf("lost");
	_Exit(14);
}

/* Handlers run before buffers are written, and run at all only where they should. */
CHECK(ends_with_output_in_buffers, "atexit buffered exit 12 atexit exit 13 written exit 14")
{
	say_pipe(exits_with_output);
	say_pipe(exits_quickly);
	say_pipe(exits_at_once);
}

static pthread_key_t key;

static void locks_in_every_round(void *value)
{
	intptr_t round = (intptr_t)value;

	say("%d", lock_three());
	if (round < PTHREAD_DESTRUCTOR_ITERATIONS + 3)
		pthread_setspecific(key, (void *)(round + 1));
}

static void *sets_key(void *unused)
{
	MUST(pthread_setspecific(key, (void *)1));
	return unused;
}

CHECK(destructors_of_keys_lock_in_all_rounds, "0 0 0 0")
{
	pthread_t thread;

	MUST(pthread_key_create(&key, locks_in_every_round));
	MUST(pthread_create(&thread, NULL, sets_key, NULL));
	MUST(pthread_join(thread, NULL));
	MUST(pthread_key_delete(key));
}

/* As many keys as there can be: none is missing, but those of who was there before. */
CHECK(keys_are_many, "at least 1000")
{
	pthread_key_t keys[PTHREAD_KEYS_MAX];
	int count = 0;

	while (count < PTHREAD_KEYS_MAX && pthread_key_create(&keys[count], NULL) == 0)
		count++;
	for (int i = 0; i < count; i++)
		MUST(pthread_key_delete(keys[i]));
	say(count >= 1000 ? "at least 1000" : "only %d", count);
}

static int becomes_a_daemon(void)
{
	int *shared = shared_memory(sizeof(*shared));
	pid_t child = fork();

	if (child == 0) {
		if (daemon(1, 1) == 0)
			*shared = lock_three() == 0 && getsid(0) != 0 ? 21 : 22;
		_exit(0);
	}
	waitpid(child, NULL, 0);
	for (int i = 0; i < 5000 && *(volatile int *)shared == 0; i++)
		usleep(1000);
	return *shared;
}

CHECK(daemons, "exit 21")
{
	in_child(becomes_a_daemon);
}

/* ---- /proc ---- */

CHECK(one_task_for_each_thread, "1 threads, SigBlk 0000000000000000")
{
	DIR *folder = opendir("/proc/self/task");
	char path[300], line[128], mask[64] = "";
	struct dirent *entry;
	int tasks = 0;

	must(folder != NULL, "opendir", __FILE__, __LINE__);
	while ((entry = readdir(folder))) {
		FILE *file;

		if (entry->d_name[0] == '.')
			continue;
		tasks++;
		snprintf(path, sizeof(path), "/proc/self/task/%s/status", entry->d_name);
		file = fopen(path, "r");
		while (file && fgets(line, sizeof(line), file))
			sscanf(line, "SigBlk: %63s", mask);
		if (file)
			fclose(file);
	}
	closedir(folder);
	say("%d threads, SigBlk %s", tasks, mask);
}

CHECK(maps_can_be_read, "parsed, ordered, stack, heap")
{
	unsigned long low, high, last = 0;
	bool parsed = true, ordered = true, stack = false, heap = false;
	char line[5000], rights[8];
	FILE *file = fopen("/proc/self/maps", "r");

	must(file != NULL && malloc(10) != NULL, "maps", __FILE__, __LINE__);
	while (fgets(line, sizeof(line), file)) {
		parsed = parsed && sscanf(line, "%lx-%lx %7s", &low, &high, rights) == 3;
		ordered = ordered && low >= last && high > low;
		last = high;
		stack = stack || strstr(line, "[stack]");
		heap = heap || strstr(line, "[heap]");
	}
	fclose(file);
	say("%s, %s, %s, %s", parsed ? "parsed" : "not", ordered ? "ordered" : "not", stack ? "stack" : "no", heap ? "heap" : "no");
}

/* What is opened gets the lowest number that is free: as if nobody else had opened anything. */
CHECK(descriptors_are_the_lowest_free, "next next next")
{
	int first = dup(0), second = dup(0);

	say(second == first + 1 ? "next" : "other");
	close(first);
	say(dup(0) == first ? "next" : "other");
	close(second);
	lock_three();
	say(dup(0) == second ? "next" : "other");
	close(first);
	close(second);
}

static int closes_everything(void)
{
	int wrong;

	for (int fd = 0; fd < 4096; fd++)
		close(fd);
	wrong = lock_three();
	in_thread((void (*)(void))lock_three);
	return wrong;
}

CHECK(programs_that_close_every_descriptor, "exit 0")
{
	in_child(closes_everything);
}

static int locks_memory(void)
{
	if (mlockall(MCL_CURRENT | MCL_FUTURE) != 0)
		return 0;
	return lock_three() | (locks_everything(NULL) != NULL);
}

CHECK(programs_that_lock_their_memory, "exit 0")
{
	in_child(locks_memory);
}

/* Threads that no pthread_create made: a timer's. */
static _Atomic int expired;

static void expires(union sigval value)
{
	expired = lock_three() == 0 ? value.sival_int : -1;
}

static int waits_for_a_timer(void)
{
	struct sigevent event = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = expires, .sigev_value.sival_int = 5};
	timer_t timer;

	expired = 0;
	MUST(timer_create(CLOCK_MONOTONIC, &event, &timer));
	MUST(timer_settime(timer, 0, &(struct itimerspec){.it_value.tv_nsec = 1000000}, NULL));
	until_not(&expired, 0);
	MUST(timer_delete(timer));
	return expired;
}

CHECK(threads_of_timers, "exit 5")
{
	in_child(waits_for_a_timer);
}
