/*
 * explore: a random program of locks, and all that it can come to.
 *
 *     explore truth FIRST LAST    of each seed the rings of threads that some interleaving comes to:
 *                                 SEED THREAD:LOCK THREAD:LOCK ...   each waits for that lock, which the next one holds
 *     explore show SEED           the program
 *     explore run SEED            does it, with real threads and locks, in one interleaving that comes to its end. Its threads take turns by a
 *                                 number that no lock shows.
 */
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "search.h"

/* ---- the real thing ---- */

static struct program program;
static uint8_t schedule[THREADS_MAX * OPS_MAX];
static _Atomic unsigned turn;
static pthread_t threads[THREADS_MAX];
static sem_t semaphores[2];
static pthread_mutex_t m0 = PTHREAD_MUTEX_INITIALIZER, m1 = PTHREAD_MUTEX_INITIALIZER, m2 = PTHREAD_MUTEX_INITIALIZER,
		       m3 = PTHREAD_MUTEX_INITIALIZER, m4 = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t r0 = PTHREAD_RWLOCK_INITIALIZER, r1 = PTHREAD_RWLOCK_INITIALIZER, r2 = PTHREAD_RWLOCK_INITIALIZER,
			r3 = PTHREAD_RWLOCK_INITIALIZER, r4 = PTHREAD_RWLOCK_INITIALIZER;
static pthread_mutex_t *const mutexes[] = {&m0, &m1, &m2, &m3, &m4};
static pthread_rwlock_t *const rwlocks[] = {&r0, &r1, &r2, &r3, &r4};

static const char *const thread_names[THREADS_MAX] = {"main", "t1", "t2", "t3"};

static void must(int result)
{
	if (result != 0)
		abort();
}

static void *play(void *number);

static void step(struct op op)
{
	bool rwlock = program.rwlock[op.what];

	switch (op.kind) {
	case OP_LOCK:
		must(rwlock ? pthread_rwlock_wrlock(rwlocks[op.what]) : pthread_mutex_lock(mutexes[op.what]));
		break;
	case OP_READ:
		must(pthread_rwlock_rdlock(rwlocks[op.what]));
		break;
	case OP_UNLOCK:
		must(rwlock ? pthread_rwlock_unlock(rwlocks[op.what]) : pthread_mutex_unlock(mutexes[op.what]));
		break;
	case OP_CREATE:
		must(pthread_create(&threads[op.what], NULL, play, (void *)(uintptr_t)op.what));
		break;
	case OP_JOIN:
		must(pthread_join(threads[op.what], NULL));
		break;
	case OP_POST:
		must(sem_post(&semaphores[op.what]));
		break;
	case OP_WAIT:
		must(sem_wait(&semaphores[op.what]));
		break;
	}
}

static void *play(void *number)
{
	unsigned me = (unsigned)(uintptr_t)number;

	if (me)
		must(pthread_setname_np(pthread_self(), thread_names[me]));
	for (unsigned i = 0; i < program.count[me]; i++) {
		while (schedule[atomic_load(&turn)] != me)
			sched_yield();
		step(program.ops[me][i]);
		atomic_fetch_add(&turn, 1);
	}
	return NULL;
}

static int run(uint64_t seed)
{
	program = program_make(seed);
	if (!search_schedule(&program, seed, schedule))
		return 3;
	must(sem_init(&semaphores[0], 0, 0));
	must(sem_init(&semaphores[1], 0, 0));
	play(NULL);
	return 0;
}

/* ---- what is known ---- */

static const char *lock_name(unsigned lock)
{
	static const char *const names[2][LOCKS_MAX] = {{"m0", "m1", "m2", "m3", "m4"}, {"r0", "r1", "r2", "r3", "r4"}};

	return names[program.rwlock[lock]][lock];
}

/* A program that cannot come to its end is none for a test. */
static void truth(uint64_t seed)
{
	static struct rings rings;

	program = program_make(seed);
	if (!search_schedule(&program, seed, schedule) || !search_rings(&program, &rings))
		return;
	printf("%llu\n", (unsigned long long)seed);
	for (unsigned i = 0; i < rings.count; i++) {
		const struct ring *ring = &rings.list[i];

		printf("%llu", (unsigned long long)seed);
		for (unsigned j = 0; j < ring->length; j++)
			printf(" %s:%s", thread_names[ring->thread[j]], lock_name(ring->lock[j]));
		printf("\n");
	}
}

static void show(uint64_t seed)
{
	static const char *const kinds[] = {"lock", "read", "unlock", "create", "join", "post", "wait"};
	unsigned length, done[THREADS_MAX] = {0};

	program = program_make(seed);
	length = search_schedule(&program, seed, schedule);
	for (unsigned t = 0; t < program.threads; t++) {
		printf("t%u:", t);
		for (unsigned i = 0; i < program.count[t]; i++) {
			struct op op = program.ops[t][i];

			printf(" %s %s%.0u", kinds[op.kind], op.kind <= OP_UNLOCK ? lock_name(op.what) : "",
			       op.kind <= OP_UNLOCK ? 0 : op.what);
			printf("%s;", op.kind > OP_UNLOCK && op.what == 0 ? "0" : "");
		}
		printf("\n");
	}
	for (unsigned i = 0; i < length; i++) {
		struct op op = program.ops[schedule[i]][done[schedule[i]]++];

		printf("%2u. t%u %s %s\n", i + 1, schedule[i], kinds[op.kind], op.kind <= OP_UNLOCK ? lock_name(op.what) : "");
	}
	truth(seed);
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "run") == 0)
		return run(strtoull(argv[2], NULL, 10));
	if (argc == 3 && strcmp(argv[1], "show") == 0) {
		show(strtoull(argv[2], NULL, 10));
		return 0;
	}
	if (argc != 4 || strcmp(argv[1], "truth") != 0)
		return 2;
	for (uint64_t seed = strtoull(argv[2], NULL, 10); seed <= strtoull(argv[3], NULL, 10); seed++)
		truth(seed);
	return 0;
}
