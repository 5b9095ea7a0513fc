/*
 * steps.c: a signal handler that locks, at every instruction. With the trap flag set the processor stops behind each instruction, and the handler of SIGTRAP
 * comes; handlers run without it. What a handler can meet only once in a million runs is met every time.
 */
#ifdef __x86_64__
#include <dlfcn.h>
#include <limits.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <ucontext.h>
#include <unistd.h>

#include "check.h"

#define TRAP_FLAG 0x100

static pthread_mutex_t of_handler = PTHREAD_MUTEX_INITIALIZER, inner = PTHREAD_MUTEX_INITIALIZER;
static bool stepping;	/* else begin_steps does nothing */
static int first, last; /* the steps at which the handler locks */
static volatile int steps, failed;

static void handle_step(int number, siginfo_t *info, void *context)
{
	int step = steps++;

	(void)number;
	(void)info;
	if (step > last)
		((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] &= ~TRAP_FLAG;
	if (step < first || step > last)
		return;
	failed += pthread_mutex_lock(&of_handler) != 0 || pthread_mutex_lock(&inner) != 0;
	failed += pthread_mutex_unlock(&inner) != 0 || pthread_mutex_unlock(&of_handler) != 0;
}

static void begin_steps(void)
{
	if (stepping)
		__builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64() | TRAP_FLAG);
}

static void end_steps(void)
{
	__builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64() & ~(unsigned long long)TRAP_FLAG);
}

/* Some runs of which the last is stepped through, and the handler locks at the steps from..to. All are called from one place: a call path that is known
 * is not walked, which takes ten thousand steps. */
static void step_through(int from, int to, int runs, void (*body)(void))
{
	struct sigaction action = {.sa_sigaction = handle_step, .sa_flags = SA_SIGINFO}, before;

	steps = 0;
	first = from;
	last = to;
	MUST(sigaction(SIGTRAP, &action, &before));
	while (runs-- > 0) {
		stepping = runs == 0;
		body();
	}
	MUST(sigaction(SIGTRAP, &before, NULL));
	stepping = false;
}

static void say_stepped(bool enough)
{
	say("%s failed %d", enough ? "stepped" : "not", (int)failed);
	failed = 0;
}

/* Says that there were steps: at least as many as the shortest way through libc has. */
static void stepped(int at_least, int runs, void (*body)(void))
{
	step_through(0, INT_MAX, runs, body);
	say_stepped(steps >= at_least);
}

/* Where a handler that locked once changes what a later one meets: it begins at one step after the other, in a run of its own; the farther, the
 * larger the gaps. */
static void stepped_from_each(int at_least, void (*body)(void))
{
	int from = 0;

	do
		step_through(from, from + 100, 1, body);
	while (steps > from && (from += from < 128 ? 1 : from / 8));
	say_stepped(from >= at_least);
}

/* ---- locks ---- */

static void new_locks(void)
{
	pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b;
	pthread_rwlock_t c = PTHREAD_RWLOCK_INITIALIZER;
	pthread_spinlock_t d;

	begin_steps();
	failed += pthread_mutex_init(&b, NULL) != 0 || pthread_spin_init(&d, 0) != 0;
	failed +=
		pthread_mutex_lock(&a) != 0 || pthread_mutex_lock(&b) != 0 || pthread_rwlock_wrlock(&c) != 0 || pthread_spin_lock(&d) != 0;
	failed += pthread_spin_unlock(&d) != 0 || pthread_mutex_unlock(&a) != 0 || pthread_mutex_unlock(&b) != 0 ||
		  pthread_rwlock_unlock(&c) != 0;
	failed += pthread_rwlock_rdlock(&c) != 0 || pthread_mutex_trylock(&a) != 0 || pthread_mutex_trylock(&b) != 0;
	failed += pthread_rwlock_unlock(&c) != 0 || pthread_mutex_unlock(&b) != 0 || pthread_mutex_unlock(&a) != 0;
	failed += pthread_mutex_destroy(&a) != 0 || pthread_mutex_destroy(&b) != 0 || pthread_rwlock_destroy(&c) != 0;
	end_steps();
}

CHECK(handler_at_every_instruction_of_new_locks, "stepped failed 0")
{
	stepped(500, 2, new_locks);
}

static void two_locks(void)
{
	static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;

	begin_steps();
	failed += pthread_mutex_lock(&a) != 0 || pthread_mutex_lock(&b) != 0;
	end_steps();
	failed += pthread_mutex_unlock(&b) != 0 || pthread_mutex_unlock(&a) != 0;
}

/* What their stacks are is new to it. */
static void in_new_thread(void)
{
	in_thread(two_locks);
}

CHECK(handler_at_every_instruction_of_the_first_locks_of_a_thread, "stepped failed 0")
{
	stepped(40, 1, in_new_thread);
}

static void waits(void)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
	pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
	sem_t sem;

	begin_steps();
	failed += sem_init(&sem, 0, 0) != 0 || pthread_mutex_lock(&mutex) != 0;
	failed += pthread_mutex_timedlock(&mutex, &past) != ETIMEDOUT;
	failed += pthread_cond_timedwait(&cond, &mutex, &past) != ETIMEDOUT;
	failed += pthread_rwlock_wrlock(&rwlock) != 0 || pthread_rwlock_timedrdlock(&rwlock, &past) == 0;
	failed += sem_timedwait(&sem, &past) == 0 || sem_post(&sem) != 0 || sem_wait(&sem) != 0;
	failed += pthread_rwlock_unlock(&rwlock) != 0 || pthread_mutex_unlock(&mutex) != 0;
	end_steps();
}

CHECK(handler_at_every_instruction_of_waits, "stepped failed 0")
{
	stepped(300, 2, waits);
}

/* ---- what another thread ends ---- */

static pthread_mutex_t awaited = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t awaited_rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t awaited_cond = PTHREAD_COND_INITIALIZER;
static sem_t awaited_sem;
static pid_t waiter;
static _Atomic int stage;

/* The stepping thread is about to wait for the next thing: lets it. */
static void until_it_waits(int for_what)
{
	until_not(&stage, for_what - 1);
	until_blocked(waiter);
}

static void *ends_them(void *unused)
{
	int wrong = pthread_mutex_lock(&awaited) | pthread_rwlock_wrlock(&awaited_rwlock);

	stage = 1;
	until_it_waits(2);
	wrong |= pthread_mutex_unlock(&awaited);
	until_it_waits(3);
	wrong |= pthread_rwlock_unlock(&awaited_rwlock);
	until_it_waits(4);
	wrong |= pthread_mutex_lock(&awaited) | pthread_cond_signal(&awaited_cond) | pthread_mutex_unlock(&awaited);
	until_it_waits(5);
	wrong |= sem_post(&awaited_sem);
	until_it_waits(6);
	return wrong ? &awaited : unused;
}

static void waits_that_another_ends(void)
{
	pthread_t thread;
	void *value;

	waiter = gettid();
	stage = 0;
	MUST(sem_init(&awaited_sem, 0, 0));
	MUST(pthread_create(&thread, NULL, ends_them, NULL));
	until_not(&stage, 0);
	begin_steps();
	stage = 2;
	failed += pthread_mutex_lock(&awaited) != 0;
	stage = 3;
	failed += pthread_rwlock_rdlock(&awaited_rwlock) != 0 || pthread_rwlock_unlock(&awaited_rwlock) != 0;
	stage = 4;
	failed += pthread_cond_wait(&awaited_cond, &awaited) != 0 || pthread_mutex_unlock(&awaited) != 0;
	stage = 5;
	failed += sem_wait(&awaited_sem) != 0;
	stage = 6;
	failed += pthread_join(thread, &value) != 0;
	end_steps();
	failed += value != NULL;
}

CHECK(handler_at_every_instruction_of_waits_that_another_thread_ends, "stepped failed 0")
{
	stepped(300, 2, waits_that_another_ends);
}

/* ---- the begin of a thread ---- */

/* The instruction that the signal came at is gone on with in steps. */
static void handle_and_step(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] |= TRAP_FLAG;
}

static void *begins(void *unused)
{
	end_steps();
	return unused;
}

static int (*set_mask)(pthread_attr_t *attributes, const sigset_t *mask);

/* The one signal that waits comes as soon as the new thread lets it: before anything but libc has run in it. */
static void thread_that_begins(void)
{
	struct sigaction action = {.sa_sigaction = handle_and_step, .sa_flags = SA_SIGINFO}, before;
	pthread_attr_t attributes;
	sigset_t none, one;
	pthread_t thread;

	sigemptyset(&none);
	sigemptyset(&one);
	sigaddset(&one, SIGUSR1);
	MUST(sigaction(SIGUSR1, &action, &before));
	MUST(pthread_sigmask(SIG_BLOCK, &one, NULL));
	MUST(pthread_attr_init(&attributes));
	MUST(set_mask(&attributes, &none));
	MUST(kill(getpid(), SIGUSR1));
	MUST(pthread_create(&thread, &attributes, begins, NULL));
	MUST(pthread_join(thread, NULL));
	MUST(pthread_sigmask(SIG_UNBLOCK, &one, NULL));
	MUST(sigaction(SIGUSR1, &before, NULL));
}

CHECK(handler_at_every_instruction_of_a_thread_that_begins, "stepped failed 0")
{
	set_mask = (int (*)(pthread_attr_t *, const sigset_t *))dlsym(RTLD_DEFAULT, "pthread_attr_setsigmask_np");
	if (set_mask)
		stepped_from_each(10, thread_that_begins);
	else
		say("skipped: this libc gives a new thread no mask of its own");
}

static void *names_itself(void *unused)
{
	begin_steps();
	failed += pthread_setname_np(pthread_self(), "unseen") != 0;
	end_steps();
	return unused;
}

/* By libc's own function: who preloads another sees nothing of the thread before it calls something. */
static void thread_that_nobody_saw(void)
{
	typedef int creating(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
	creating *create = (creating *)dlsym(dlopen("libc.so.6", RTLD_LAZY), "pthread_create");
	pthread_t thread;

	must(create != NULL, "libc has pthread_create", __FILE__, __LINE__);
	MUST(create(&thread, NULL, names_itself, NULL));
	MUST(pthread_join(thread, NULL));
}

CHECK(handler_at_every_instruction_of_the_first_call_of_a_thread_that_nobody_saw, "stepped failed 0")
{
	stepped_from_each(40, thread_that_nobody_saw);
}
#endif
