/* single.c: operations of one thread, which meets nobody; several may run the same one, and meet at its lock. */
#include "bench.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#define DEPTH 16
#define MANY  1024

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER, deep[DEPTH], many[MANY];
static pthread_rwlock_t r = PTHREAD_RWLOCK_INITIALIZER;

void single_init(void)
{
	for (int i = 0; i < DEPTH; i++)
		pthread_mutex_init(&deep[i], NULL);
	for (int i = 0; i < MANY; i++)
		pthread_mutex_init(&many[i], NULL);
}

static void pair(void)
{
	pthread_mutex_lock(&a);
	pthread_mutex_unlock(&a);
}

static void nested(void)
{
	pthread_mutex_lock(&a);
	pthread_mutex_lock(&b);
	pthread_mutex_unlock(&b);
	pthread_mutex_unlock(&a);
}

/* Unlocked in the order of locking, as from one element of a list to the next. */
static void crossed(void)
{
	pthread_mutex_lock(&a);
	pthread_mutex_lock(&b);
	pthread_mutex_unlock(&a);
	pthread_mutex_unlock(&b);
}

static void read_pair(void)
{
	pthread_rwlock_rdlock(&r);
	pthread_rwlock_unlock(&r);
}

static void write_pair(void)
{
	pthread_rwlock_wrlock(&r);
	pthread_rwlock_unlock(&r);
}

static void try_pair(void)
{
	if (pthread_mutex_trylock(&a) == 0)
		pthread_mutex_unlock(&a);
}

static void depth(int locks)
{
	for (int i = 0; i < locks; i++)
		pthread_mutex_lock(&deep[i]);
	for (int i = locks; i-- > 0;)
		pthread_mutex_unlock(&deep[i]);
}

static void depth4(void)
{
	depth(4);
}

static void depth16(void)
{
	depth(DEPTH);
}

/* One after the other of 1,024 locks, each under the same one. */
static void under_one(void)
{
	static __thread unsigned next;
	pthread_mutex_t *inner = &many[next++ % MANY];

	pthread_mutex_lock(&a);
	pthread_mutex_lock(inner);
	pthread_mutex_unlock(inner);
	pthread_mutex_unlock(&a);
}

/* Two nested locks from 1,024 call paths: each bit of `path` says which of two calls is made, ten times, with one and the same stack pointer. */
static volatile unsigned steps;

/* Each call is to stay one. */
#ifdef __clang__
#define AS_WRITTEN __attribute__((noinline, optnone))
#else
#define AS_WRITTEN __attribute__((noipa))
#endif

static AS_WRITTEN void descend(unsigned path, int levels)
{
	if (levels == 0)
		nested();
	else if (path & 1)
		descend(path >> 1, levels - 1);
	else
		descend(path >> 1, levels - 1), steps++;
	steps++;
}

static AS_WRITTEN void called(void)
{
	pair();
	steps++;
}

/* A pair whose call was reached on another path first, and never again. */
static AS_WRITTEN void from_second_path(void)
{
	static bool first = true;

	if (first) {
		first = false;
		called();
	}
	called();
	steps++;
}

static void from_paths(void)
{
	static __thread unsigned next;

	descend(next++ % 1024, 10);
}

/* What holds no lock: where there is none near, and on the cache line behind one. */
static void alloc(void)
{
	void *volatile block = malloc(40);

	free(block);
}

static void alloc_beside(void)
{
	static pthread_mutex_t *lock;
	static void *hole;

	if (!lock) {
		/* Chunks of 48 bytes, one behind the other: the second one, freed, is what malloc gives from now on. */
		lock = malloc(sizeof(*lock));
		hole = malloc(40);
		pthread_mutex_init(lock, NULL);
		pthread_mutex_lock(lock);
		pthread_mutex_unlock(lock);
		free(hole);
	}
	alloc();
}

/* Two locks from their beginning to their end, nested: in one order, and in both. */
static void live(int orders)
{
	pthread_mutex_t locks[2];

	pthread_mutex_init(&locks[0], NULL);
	pthread_mutex_init(&locks[1], NULL);
	for (int i = 0; i < orders; i++) {
		pthread_mutex_lock(&locks[i]);
		pthread_mutex_lock(&locks[!i]);
		pthread_mutex_unlock(&locks[!i]);
		pthread_mutex_unlock(&locks[i]);
	}
	pthread_mutex_destroy(&locks[0]);
	pthread_mutex_destroy(&locks[1]);
}

static void life(void)
{
	live(1);
}

static void life_ring(void)
{
	live(2);
}

const struct operation single_operations[] = {{"pair", pair},
					      {"nested", nested},
					      {"crossed", crossed},
					      {"read", read_pair},
					      {"write", write_pair},
					      {"try", try_pair},
					      {"depth4", depth4},
					      {"depth16", depth16},
					      {"many", under_one},
					      {"paths", from_paths},
					      {"second", from_second_path},
					      {"free", alloc},
					      {"free_near", alloc_beside},
					      {"life", life},
					      {"life_ring", life_ring},
					      {0}};
