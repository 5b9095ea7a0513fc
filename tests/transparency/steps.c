/*
 * steps.c: a signal handler that locks, at every instruction. With the trap flag set the processor stops behind each instruction, and the handler of SIGTRAP
 * comes; handlers run without it. What a handler can meet only once in a million runs is met every time.
 */
#ifdef __x86_64__
#include <dlfcn.h>
#include <semaphore.h>
#include <signal.h>
#include <ucontext.h>
#include <unistd.h>

#include "check.h"

#define TRAP_FLAG 0x100

static pthread_mutex_t of_handler = PTHREAD_MUTEX_INITIALIZER, inner = PTHREAD_MUTEX_INITIALIZER;
static volatile int steps, failed;

static void handle_step(int number)
{
	(void)number;
	steps++;
	failed += pthread_mutex_lock(&of_handler) != 0 || pthread_mutex_lock(&inner) != 0;
	failed += pthread_mutex_unlock(&inner) != 0 || pthread_mutex_unlock(&of_handler) != 0;
}

static void begin_steps(void)
{
	__builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64() | TRAP_FLAG);
}

static void end_steps(void)
{
	__builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64() & ~(unsigned long long)TRAP_FLAG);
}

static void handling(int number, const struct sigaction *action, void (*body)(void))
{
	struct sigaction before;

	MUST(sigaction(number, action, &before));
	body();
	MUST(sigaction(number, &before, NULL));
}

/* Says that there were steps: at least as many as the shortest way through libc has. */
static void stepped(int at_least, void (*body)(void))
{
	steps = failed = 0;
	handling(SIGTRAP, &(struct sigaction){.sa_handler = handle_step}, body);
	say("%s failed %d", steps >= at_least ? "stepped" : "not", (int)failed);
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
	stepped(500, new_locks);
}

/* Found by another thread first: neither new nor known to this one. */
static void in_new_thread(void)
{
	in_thread(new_locks);
}

CHECK(handler_at_every_instruction_of_the_first_locks_of_a_thread, "stepped failed 0")
{
	stepped(500, in_new_thread);
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
	stepped(300, waits);
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

/* The one signal that waits comes as soon as the new thread lets it: before anything but libc has run in it. */
static void thread_that_begins(void)
{
	int (*set_mask)(pthread_attr_t *, const sigset_t *) =
		(int (*)(pthread_attr_t *, const sigset_t *))dlsym(RTLD_DEFAULT, "pthread_attr_setsigmask_np");
	pthread_attr_t attributes;
	sigset_t none, one;
	pthread_t thread;

	sigemptyset(&none);
	sigemptyset(&one);
	sigaddset(&one, SIGUSR1);
	MUST(pthread_sigmask(SIG_BLOCK, &one, NULL));
	MUST(pthread_attr_init(&attributes));
	MUST(set_mask(&attributes, &none));
	MUST(kill(getpid(), SIGUSR1));
	MUST(pthread_create(&thread, &attributes, begins, NULL));
	MUST(pthread_join(thread, NULL));
	MUST(pthread_sigmask(SIG_UNBLOCK, &one, NULL));
}

static void several_that_begin(void)
{
	struct sigaction action = {.sa_sigaction = handle_and_step, .sa_flags = SA_SIGINFO};

	/* The first has what all have for the first time, the others have not. */
	for (int i = 0; i < 3; i++)
		handling(SIGUSR1, &action, thread_that_begins);
}

CHECK(handler_at_every_instruction_of_a_thread_that_begins, "stepped failed 0")
{
	if (dlsym(RTLD_DEFAULT, "pthread_attr_setsigmask_np"))
		stepped(20, several_that_begin);
	else
		say("skipped: this libc gives a new thread no mask of its own");
}
#endif
