/*
 * bench MODE COUNT [THREADS]: each of THREADS threads (one: the main thread itself) runs COUNT operations of a kind; prints nanoseconds per
 * operation. What the lock costs, nothing else: the critical sections are empty, but for mode `work`, where threads get into each other's way.
 * Mode `cond` wants an even number of threads: they take turns.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DEPTH	16
#define THREADS 64

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER, deep[DEPTH];
static pthread_rwlock_t r = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static volatile int worked; /* under `a` */
static int turn;	    /* whose it is in `cond`: 0 or 1; under `a` */
static __thread int self;
static long count;
static void (*operation)(void);

static void pair(void)
{
	pthread_mutex_lock(&a);
	pthread_mutex_unlock(&a);
}

static void work(void)
{
	pthread_mutex_lock(&a);
	for (int i = 0; i < 100; i++)
		worked++;
	pthread_mutex_unlock(&a);
}

static void nested(void)
{
	pthread_mutex_lock(&a);
	pthread_mutex_lock(&b);
	pthread_mutex_unlock(&b);
	pthread_mutex_unlock(&a);
}

static void read_pair(void)
{
	pthread_rwlock_rdlock(&r);
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

static void ping_pong(void)
{
	pthread_mutex_lock(&a);
	while (turn != self % 2)
		pthread_cond_wait(&changed, &a);
	turn = !turn;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&a);
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

static const struct {
	const char *name;
	void (*run)(void);
} modes[] = {{"pair", pair},	 {"work", work},	  {"nested", nested},  {"read", read_pair}, {"try", try_pair},
	     {"depth4", depth4}, {"depth16", depth16},	  {"cond", ping_pong}, {"free", alloc},	    {"free_near", alloc_beside},
	     {"life", life},	 {"life_ring", life_ring}};

static void *loop(void *number)
{
	self = *(int *)number;
	for (long i = 0; i < count; i++)
		operation();
	return NULL;
}

static void run_threads(int threads)
{
	pthread_t ids[THREADS];
	int numbers[THREADS];

	for (int t = 0; t < threads; t++) {
		numbers[t] = t;
		if (threads == 1)
			loop(&numbers[t]);
		else if (pthread_create(&ids[t], NULL, loop, &numbers[t]) != 0)
			exit(1);
	}
	for (int t = 0; t < threads && threads > 1; t++)
		pthread_join(ids[t], NULL);
}

int main(int argc, char **argv)
{
	int threads = argc > 3 ? atoi(argv[3]) : 1;
	struct timespec start, end;

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]) && argc > 2; i++)
		if (strcmp(modes[i].name, argv[1]) == 0)
			operation = modes[i].run;
	if (!operation || threads < 1 || threads > THREADS)
		return 2;
	count = atol(argv[2]);
	for (int i = 0; i < DEPTH; i++)
		pthread_mutex_init(&deep[i], NULL);
	clock_gettime(CLOCK_MONOTONIC, &start);
	run_threads(threads);
	clock_gettime(CLOCK_MONOTONIC, &end);
	printf("%.2f\n", ((double)(end.tv_sec - start.tv_sec) * 1e9 + (double)(end.tv_nsec - start.tv_nsec)) / (double)count / threads);
	return 0;
}
