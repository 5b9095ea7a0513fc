/* together.c: operations of threads that wait for each other, and threads themselves. */
#include "bench.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#define SLOTS 16 /* of the queue: fewer than there are threads, so that both sides wait */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static volatile uint64_t worked; /* under `lock` */

/* Some 100 ns that nothing overlaps and nothing branches in. Not a counted loop: whether its end is predicted depends on how many other branches were
 * taken since, and that was all that could be seen of a lock in such a loop (20 ns, where the lock took 4). */
#define FOUR(step) step step step step
static uint64_t worked_on(uint64_t x)
{
	FOUR(FOUR(FOUR(x = (x ^ x >> 32) * 0xd6e8feb86659fd93;)))
	return x;
}

static void work(void)
{
	pthread_mutex_lock(&lock);
	worked = worked_on(worked);
	pthread_mutex_unlock(&lock);
}

/* Four times as long with the lock, and as long again without. */
static void apart(void)
{
	static __thread volatile uint64_t own;

	pthread_mutex_lock(&lock);
	FOUR(worked = worked_on(worked);)
	pthread_mutex_unlock(&lock);
	FOUR(own = worked_on(own);)
}

static int turn; /* whose it is in `cond`: 0 or 1; under `lock` */
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static void ping_pong(void)
{
	pthread_mutex_lock(&lock);
	while (turn != bench_self % 2)
		pthread_cond_wait(&changed, &lock);
	turn = !turn;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

static int queued; /* items in the queue; under `lock` */
static pthread_cond_t not_empty = PTHREAD_COND_INITIALIZER, not_full = PTHREAD_COND_INITIALIZER;

static void put(void)
{
	pthread_mutex_lock(&lock);
	while (queued == SLOTS)
		pthread_cond_wait(&not_full, &lock);
	queued++;
	pthread_cond_signal(&not_empty);
	pthread_mutex_unlock(&lock);
}

static void take(void)
{
	pthread_mutex_lock(&lock);
	while (queued == 0)
		pthread_cond_wait(&not_empty, &lock);
	queued--;
	pthread_cond_signal(&not_full);
	pthread_mutex_unlock(&lock);
}

/* Half of the threads produce, the others consume. */
static void queue(void)
{
	(bench_self % 2 ? take : put)();
}

static void *sleep_on(void *unused)
{
	for (;;)
		pause();
	return unused;
}

static void *nothing(void *unused)
{
	return unused;
}

/* A pair that nobody else wants, in a process that has a second thread. */
static void beside(void)
{
	static pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;
	static bool accompanied;
	pthread_t id;

	if (!accompanied && pthread_create(&id, NULL, sleep_on, NULL) != 0)
		abort();
	accompanied = true;
	pthread_mutex_lock(&own);
	pthread_mutex_unlock(&own);
}

static void create_join(void)
{
	pthread_t id;

	if (pthread_create(&id, NULL, nothing, NULL) != 0)
		abort();
	pthread_join(id, NULL);
}

const struct operation together_operations[] = {
	{"work", work}, {"apart", apart}, {"cond", ping_pong}, {"queue", queue}, {"beside", beside}, {"create", create_join}, {0}};
