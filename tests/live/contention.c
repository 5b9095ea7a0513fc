/*
 * contention.c: threads that get in each other's way as much as they can, and never deadlock: locks of every kind, taken in one order, up to four deep;
 * waits that look like a ring for a moment, for one side has a time limit, is cancelled, or hands its lock on; conditions waited on under other locks;
 * threads that are joined by who holds a lock. `contention SECONDS SEED`: prints how much was done. Any deadlock that is seen in it is none.
 */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define LOCKS	8
#define THREADS 24

static pthread_mutex_t mutexes[LOCKS], shared_out[2];
static pthread_rwlock_t rwlocks[LOCKS];
static pthread_spinlock_t spins[2];
static pthread_mutex_t queue_lock = PTHREAD_MUTEX_INITIALIZER, outer = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t queue_changed = PTHREAD_COND_INITIALIZER;
static int queued;
static sem_t baton;
static _Atomic bool stop;
static _Atomic uint64_t done, given_up, cancelled;

static uint64_t next(uint64_t *random)
{
	*random = *random * 6364136223846793005u + 1442695040888963407u;
	return *random >> 33;
}

static struct timespec soon(uint64_t *random)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += (long)(next(random) % 3000000);
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	return until;
}

/* Four at most, in one order; now and then with a pause, so that others queue up. */
static void in_order(uint64_t *random)
{
	unsigned held = 0, which = (unsigned)next(random) & ((1u << LOCKS) - 1);

	for (int i = 0; i < LOCKS; i++) {
		if (!(which >> i & 1) || held == 4) {
			which &= ~(1u << i);
			continue;
		}
		pthread_mutex_lock(&mutexes[i]);
		held++;
	}
	if (next(random) % 64 == 0)
		usleep(200);
	for (int i = LOCKS; i-- > 0;)
		if (which >> i & 1)
			pthread_mutex_unlock(&mutexes[i]);
}

static void readers_and_writers(uint64_t *random)
{
	int first = (int)(next(random) % (LOCKS - 1)), second = first + 1 + (int)(next(random) % (uint64_t)(LOCKS - first - 1));

	if (next(random) % 4)
		pthread_rwlock_rdlock(&rwlocks[first]);
	else
		pthread_rwlock_wrlock(&rwlocks[first]);
	if (next(random) % 4)
		pthread_rwlock_rdlock(&rwlocks[second]);
	else
		pthread_rwlock_wrlock(&rwlocks[second]);
	if (next(random) % 64 == 0)
		usleep(100);
	pthread_rwlock_unlock(&rwlocks[second]);
	pthread_rwlock_unlock(&rwlocks[first]);
}

/* Against the order, but with a limit: the other side waits for it without one. */
static void against_the_order(uint64_t *random)
{
	int high = 1 + (int)(next(random) % (LOCKS - 1));
	struct timespec until = soon(random);

	pthread_mutex_lock(&mutexes[high]);
	if (pthread_mutex_timedlock(&mutexes[high - 1], &until) == 0)
		pthread_mutex_unlock(&mutexes[high - 1]);
	else
		given_up++;
	pthread_mutex_unlock(&mutexes[high]);
	until = soon(random);
	pthread_rwlock_wrlock(&rwlocks[high]);
	if (pthread_rwlock_timedrdlock(&rwlocks[high - 1], &until) == 0)
		pthread_rwlock_unlock(&rwlocks[high - 1]);
	else
		given_up++;
	pthread_rwlock_unlock(&rwlocks[high]);
}

static void spins_inside(uint64_t *random)
{
	int i = (int)(next(random) % LOCKS);

	pthread_mutex_lock(&mutexes[i]);
	pthread_spin_lock(&spins[0]);
	pthread_spin_lock(&spins[1]);
	pthread_spin_unlock(&spins[1]);
	pthread_spin_unlock(&spins[0]);
	pthread_mutex_unlock(&mutexes[i]);
}

/* The condition's mutex is given up and taken again with another one held, which those who signal never ask for. */
static void by_condition(uint64_t *random)
{
	struct timespec until = soon(random);

	pthread_mutex_lock(&outer);
	pthread_mutex_lock(&queue_lock);
	while (queued == 0 && pthread_cond_timedwait(&queue_changed, &queue_lock, &until) != ETIMEDOUT)
		;
	queued -= queued > 0;
	pthread_mutex_unlock(&queue_lock);
	pthread_mutex_unlock(&outer);
}

static void signals(uint64_t *random)
{
	pthread_mutex_lock(&queue_lock);
	queued = (queued + 1) % 16;
	if (next(random) % 2)
		pthread_cond_broadcast(&queue_changed);
	else
		pthread_cond_signal(&queue_changed);
	pthread_mutex_unlock(&queue_lock);
}

static void *ends_soon(void *locked)
{
	pthread_mutex_t *mutex = locked;

	pthread_mutex_lock(mutex);
	pthread_mutex_unlock(mutex);
	return NULL;
}

/* Who joins holds a lock that the other does not need. */
static void joins(uint64_t *random)
{
	pthread_t thread;

	pthread_mutex_lock(&mutexes[LOCKS - 1]);
	if (pthread_create(&thread, NULL, ends_soon, &shared_out[next(random) % 2]) == 0)
		pthread_join(thread, NULL);
	pthread_mutex_unlock(&mutexes[LOCKS - 1]);
}

static void unlock(void *mutex)
{
	pthread_mutex_unlock(mutex);
}

static void *waits_to_be_cancelled(void *unused)
{
	pthread_mutex_lock(&shared_out[0]);
	pthread_cleanup_push(unlock, &shared_out[0]);
	sem_wait(&baton);
	pthread_cleanup_pop(1);
	return unused;
}

/* While it waits others wait for its lock; then it is gone. */
static void cancels(uint64_t *random)
{
	pthread_t thread;

	(void)random;
	if (pthread_create(&thread, NULL, waits_to_be_cancelled, NULL) != 0)
		return;
	usleep(300);
	pthread_cancel(thread);
	pthread_join(thread, NULL);
	cancelled++;
}

static void *works(void *seed)
{
	static void (*const does[])(uint64_t *) = {
		in_order,     in_order, in_order, readers_and_writers, readers_and_writers, against_the_order, spins_inside,
		by_condition, signals,	signals};
	uint64_t random = (uintptr_t)seed;

	while (!stop) {
		uint64_t what = next(&random) % 512;

		if (what == 0)
			joins(&random);
		else if (what == 1)
			cancels(&random);
		else
			does[what % (sizeof(does) / sizeof(does[0]))](&random);
		done++;
	}
	return NULL;
}

static void make(void)
{
	static const int kinds[] = {PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_ADAPTIVE_NP};
	pthread_rwlockattr_t writers_first;
	pthread_mutexattr_t attributes;

	pthread_rwlockattr_init(&writers_first);
	pthread_rwlockattr_setkind_np(&writers_first, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlockattr_setpshared(&writers_first, PTHREAD_PROCESS_SHARED);
	for (int i = 0; i < LOCKS; i++) {
		pthread_mutexattr_init(&attributes);
		pthread_mutexattr_settype(&attributes, kinds[i % 4]);
		pthread_mutexattr_setprotocol(&attributes, i == 5 ? PTHREAD_PRIO_INHERIT : PTHREAD_PRIO_NONE);
		/* Some as if others shared them: the launcher looks after those, and a wait for them is cut in slices. */
		pthread_mutexattr_setpshared(&attributes, i % 3 == 0 ? PTHREAD_PROCESS_SHARED : PTHREAD_PROCESS_PRIVATE);
		pthread_mutex_init(&mutexes[i], &attributes);
		pthread_rwlock_init(&rwlocks[i], i % 2 ? &writers_first : NULL);
	}
	for (int i = 0; i < 2; i++) {
		pthread_mutex_init(&shared_out[i], NULL);
		pthread_spin_init(&spins[i], PTHREAD_PROCESS_PRIVATE);
	}
	sem_init(&baton, 0, 0);
}

int main(int count, char **words)
{
	int seconds = count > 1 ? atoi(words[1]) : 10;
	uint64_t seed = count > 2 ? strtoull(words[2], NULL, 10) : 1;
	pthread_t threads[THREADS];

	make();
	for (uintptr_t i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, works, (void *)(seed * THREADS + i));
	sleep((unsigned)seconds);
	stop = true;
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	printf("%llu done, %llu given up, %llu cancelled\n", (unsigned long long)done, (unsigned long long)given_up,
	       (unsigned long long)cancelled);
	return 0;
}
