/*
 * host.c: a program that makes the library do all that it can do: every kind of lock, threads, conditions, held stacks deeper than a slot, forks
 * with and without libc, more dependencies than its first memory holds. It has two bugs: an inversion, and a lock that a jump leaves
 * locked; and three inversions that are none, for what the library must have seen to know it. What it prints and its exit code, 7, tell whether it was harmed.
 */
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEEP	100
#define PAIRS	120 /* so many pairs that the recording needs a second window */
#define THREADS 16

static pthread_mutex_t first = PTHREAD_MUTEX_INITIALIZER, second = PTHREAD_MUTEX_INITIALIZER, left = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t deep[DEEP], pairs[PAIRS];
static pthread_rwlock_t table = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t ready = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static sem_t semaphore;
static pthread_spinlock_t spin;
static int produced, initialised, failures;

/* Every result of libc is one that the program could see changed. */
static void good(int result)
{
	failures += result != 0;
}

static void both(pthread_mutex_t *outer, pthread_mutex_t *inner)
{
	good(pthread_mutex_lock(outer));
	good(pthread_mutex_lock(inner));
	good(pthread_mutex_unlock(inner));
	good(pthread_mutex_unlock(outer));
}

/* ---- the two bugs ---- */

static _Atomic int turn; /* tells the threads apart in time, and nothing of it to the library */

static void *forwards(void *unused)
{
	both(&first, &second);
	turn = 1;
	return unused;
}

static void *backwards(void *unused)
{
	while (turn != 1)
		sched_yield();
	both(&second, &first);
	return unused;
}

static jmp_buf away;

static __attribute__((noinline)) void fail_inside(void)
{
	good(pthread_mutex_lock(&left));
	longjmp(away, 1);
}

static void *leaver(void *unused)
{
	if (setjmp(away) == 0)
		fail_inside();
	return unused;
}

static void run(void *(*one)(void *), void *(*other)(void *))
{
	pthread_t threads[2];

	good(pthread_create(&threads[0], NULL, one, NULL));
	if (other)
		good(pthread_create(&threads[1], NULL, other, NULL));
	for (int i = 0; i < 1 + (other != NULL); i++)
		good(pthread_join(threads[i], NULL));
}

/* ---- what looks like one ---- */

#define BELOW 70 /* the gate lies deeper than what a slot holds */
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER, gated[2], joined[2], met[2];
static pthread_barrier_t meeting;

static void *gated_forwards(void *unused)
{
	for (int i = 0; i < BELOW; i++)
		good(pthread_mutex_lock(&deep[i]));
	good(pthread_mutex_lock(&gate));
	both(&gated[0], &gated[1]);
	good(pthread_mutex_unlock(&gate));
	for (int i = BELOW; i-- > 0;)
		good(pthread_mutex_unlock(&deep[i]));
	return unused;
}

static void *gated_backwards(void *unused)
{
	good(pthread_mutex_lock(&gate));
	both(&gated[1], &gated[0]);
	good(pthread_mutex_unlock(&gate));
	return unused;
}

static void *joined_forwards(void *unused)
{
	both(&joined[0], &joined[1]);
	return unused;
}

static void *joined_backwards(void *unused)
{
	both(&joined[1], &joined[0]);
	return unused;
}

static void *met_forwards(void *unused)
{
	both(&met[0], &met[1]);
	pthread_barrier_wait(&meeting);
	return unused;
}

static void *met_backwards(void *unused)
{
	pthread_barrier_wait(&meeting);
	both(&met[1], &met[0]);
	return unused;
}

static void run_harmless(void)
{
	good(pthread_barrier_init(&meeting, NULL, 2));
	run(gated_forwards, gated_backwards);
	run(joined_forwards, NULL);
	run(joined_backwards, NULL);
	run(met_forwards, met_backwards);
}

/* ---- and what is in order ---- */

static void take_deep(void)
{
	for (int i = 0; i < DEEP; i++)
		good(pthread_mutex_lock(&deep[i]));
	for (int i = DEEP; i-- > 0;)
		good(pthread_mutex_unlock(&deep[i]));
}

static void take_pairs(void)
{
	for (int i = 0; i < PAIRS; i++)
		for (int j = i + 1; j < PAIRS; j++)
			both(&pairs[i], &pairs[j]);
}

static void initialise(void)
{
	initialised++;
}

static void *worker(void *unused)
{
	good(pthread_once(&once, initialise));
	pthread_barrier_wait(&barrier);
	good(pthread_rwlock_rdlock(&table));
	good(pthread_mutex_lock(&first));
	produced++;
	good(pthread_cond_signal(&ready));
	good(pthread_mutex_unlock(&first));
	good(pthread_rwlock_unlock(&table));
	good(pthread_rwlock_wrlock(&table));
	good(pthread_rwlock_unlock(&table));
	good(sem_wait(&semaphore));
	good(pthread_spin_lock(&spin));
	good(pthread_spin_unlock(&spin));
	good(sem_post(&semaphore));
	return unused;
}

static void run_workers(void)
{
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		good(pthread_create(&threads[i], NULL, worker, NULL));
	good(pthread_mutex_lock(&first));
	while (produced != THREADS)
		good(pthread_cond_wait(&ready, &first));
	good(pthread_mutex_unlock(&first));
	for (int i = 0; i < THREADS; i++)
		good(pthread_join(threads[i], NULL));
}

/* A lock in memory that is used again: its lives are many. */
static void take_passing(void)
{
	for (int i = 0; i < 20; i++) {
		pthread_mutex_t *passing = malloc(sizeof(*passing));

		good(pthread_mutex_init(passing, NULL));
		both(&first, passing);
		good(pthread_mutex_destroy(passing));
		free(passing);
	}
}

/* A child that `make` makes, libc's fork or a raw one, while its parent holds a lock; its code comes back. */
static int child(pid_t (*make)(void))
{
	int status = -1;
	pid_t pid;

	good(pthread_mutex_lock(&first));
	pid = make();
	if (pid == 0) {
		good(pthread_mutex_unlock(&first));
		both(&first, &second);
		both(&deep[0], &deep[1]);
		_exit(failures ? 1 : 3);
	}
	good(pthread_mutex_unlock(&first));
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + status;
}

static pid_t raw_fork(void)
{
	return (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}

int main(void)
{
	int forked, raw;

	good(pthread_barrier_init(&barrier, NULL, THREADS));
	good(sem_init(&semaphore, 0, 1));
	good(pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE));
	run(forwards, backwards);
	run(leaver, NULL);
	run_harmless();
	take_deep();
	take_pairs();
	take_passing();
	run_workers();
	forked = child(fork);
	raw = child(raw_fork);
	printf("host: %d produced, initialised %d times, children %d and %d, %d failures\n", produced, initialised, forked, raw, failures);
	return 7;
}
