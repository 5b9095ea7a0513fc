/* sem.c: sem_*. */
#include <fcntl.h>
#include <limits.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "check.h"

static sem_t *sem;

static void make(unsigned int value)
{
	sem = shared_memory(sizeof(*sem));
	MUST(sem_init(sem, 1, value));
}

static void value(void)
{
	int now = -1;

	SYS(sem_getvalue(sem, &now));
	say("(%d)", now);
}

CHECK(sem_counts_down_and_up, "0 (3) 0 0 0 EAGAIN 0 (0) 0 0 (1) 0 0 0 0")
{
	make(3);
	value();
	SYS(sem_wait(sem));
	SYS(sem_trywait(sem));
	SYS(sem_timedwait(sem, &past));
	SYS(sem_trywait(sem));
	value();
	SYS(sem_post(sem));
	value();
	SYS(sem_clockwait(sem, CLOCK_MONOTONIC, &past));
	SYS(sem_post(sem));
	SYS(sem_wait(sem));
	SYS(sem_destroy(sem));
}

CHECK(sem_timed_waits_for_nothing, "ETIMEDOUT ETIMEDOUT ETIMEDOUT ETIMEDOUT 0 (0)")
{
	make(0);
	SYS(sem_timedwait(sem, &past));
	SYS(sem_timedwait(sem, soon(CLOCK_REALTIME)));
	SYS(sem_clockwait(sem, CLOCK_MONOTONIC, &past));
	SYS(sem_clockwait(sem, CLOCK_REALTIME, soon(CLOCK_REALTIME)));
	value();
}

CHECK(sem_wrong_arguments, "EINVAL EINVAL EINVAL EINVAL 0 EINVAL 0 (1) EINVAL 0 (1) EINVAL")
{
	make(0);
	SYS(sem_timedwait(sem, &bad_nsec));
	SYS(sem_timedwait(sem, &negative_nsec));
	SYS(sem_clockwait(sem, CLOCK_PROCESS_CPUTIME_ID, &past));
	SYS(sem_clockwait(sem, 12345, &bad_nsec));
	SYS(sem_post(sem));
	SYS(sem_timedwait(sem, &bad_nsec));
	value();
	SYS(sem_clockwait(sem, 12345, &past));
	value();
	SYS(sem_init(sem, 0, (unsigned int)SEM_VALUE_MAX + 1));
}

CHECK(sem_that_is_full, "EOVERFLOW 0 (2147483647) 0 0 EOVERFLOW")
{
	make(SEM_VALUE_MAX);
	SYS(sem_post(sem));
	value();
	SYS(sem_wait(sem));
	SYS(sem_post(sem));
	SYS(sem_post(sem));
}

/* ---- signals ---- */

static volatile sig_atomic_t handled;

static void handle(int number)
{
	(void)number;
	handled++;
}

static void post_when_handled(int number)
{
	if (++handled == 3)
		sem_post(sem);
	(void)number;
}

static _Atomic int stop;

/* Signals for the thread that waits, until it has said that it is through. */
static void *signals(void *thread)
{
	while (!stop) {
		pthread_kill(*(pthread_t *)thread, SIGUSR2);
		usleep(1000);
	}
	return NULL;
}

static void under_signals(void (*handler)(int), int flags, void (*body)(void))
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags}, before;
	pthread_t self = pthread_self(), thread;

	handled = 0;
	stop = 0;
	MUST(sigaction(SIGUSR2, &action, &before));
	MUST(pthread_create(&thread, NULL, signals, &self));
	body();
	stop = 1;
	MUST(pthread_join(thread, NULL));
	MUST(sigaction(SIGUSR2, &before, NULL));
}

static void waits_interrupted(void)
{
	make(0);
	SYS(sem_wait(sem));
	SYS(sem_timedwait(sem, never(CLOCK_REALTIME)));
	SYS(sem_clockwait(sem, CLOCK_MONOTONIC, never(CLOCK_MONOTONIC)));
	value();
}

CHECK(sem_waits_are_ended_by_a_signal, "EINTR EINTR EINTR 0 (0)")
{
	under_signals(handle, 0, waits_interrupted);
}

/* With SA_RESTART the wait without a limit goes on. */
static void waits_on(void)
{
	make(0);
	SYS(sem_wait(sem));
	value();
	say(handled >= 3 ? "after three" : "too early");
}

CHECK(sem_wait_goes_on_after_a_signal_with_sa_restart, "0 0 (0) after three")
{
	under_signals(post_when_handled, SA_RESTART, waits_on);
}

/* ---- threads and processes ---- */

static int posts(void)
{
	return sem_post(sem);
}

static int takes(void)
{
	return sem_trywait(sem) == 0 ? 0 : errno;
}

CHECK(sem_between_processes, "exit 0 0 exit 11 0 exit 0 EAGAIN")
{
	make(0);
	in_child(posts);
	SYS(sem_wait(sem));
	in_child(takes);
	SYS(sem_post(sem));
	in_child(takes);
	SYS(sem_trywait(sem));
}

static _Atomic pid_t waiter;

static void *waits(void *unused)
{
	waiter = gettid();
	SYS(sem_wait(sem));
	return unused;
}

CHECK(sem_post_wakes_who_waits, "0 0 (0)")
{
	pthread_t thread;

	make(0);
	waiter = 0;
	MUST(pthread_create(&thread, NULL, waits, NULL));
	until_blocked(tid_of(&waiter));
	MUST(sem_post(sem));
	MUST(pthread_join(thread, NULL));
	value();
}

CHECK(sem_with_a_name, "ENOENT opened EEXIST 0 (1) 0 EAGAIN 0 0 ENOENT EINVAL")
{
	char name[64];

	snprintf(name, sizeof(name), "/transparency-%d", (int)getpid());
	SYS(sem_open(name, 0) == SEM_FAILED ? -1 : 0);
	sem = sem_open(name, O_CREAT | O_EXCL, 0600, 1);
	say(sem == SEM_FAILED ? "failed" : "opened");
	SYS(sem_open(name, O_CREAT | O_EXCL, 0600, 1) == SEM_FAILED ? -1 : 0);
	value();
	SYS(sem_wait(sem));
	SYS(sem_trywait(sem));
	SYS(sem_unlink(name));
	SYS(sem_close(sem));
	SYS(sem_unlink(name));
	SYS(sem_close(&(sem_t){0}));
}
