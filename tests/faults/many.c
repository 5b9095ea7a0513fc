/*
 * many.c: many KIND COUNT: as many live threads, thread starts, lives of locks, also nested, locks held at once or hand over hand, or processes
 * in one tree. Prints how many came to their end, and then its memory at the most (VmHWM, KiB) on a line of its own.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER, inner = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t all;
static unsigned done;

static void both(void)
{
	pthread_mutex_lock(&outer);
	pthread_mutex_lock(&inner);
	done++;
	pthread_mutex_unlock(&inner);
	pthread_mutex_unlock(&outer);
}

static void *live(void *unused)
{
	both();
	pthread_barrier_wait(&all);
	return unused;
}

static void *pass(void *unused)
{
	both();
	return unused;
}

static pthread_t start(void *(*routine)(void *))
{
	pthread_attr_t small;
	pthread_t thread;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 64 << 10);
	if (pthread_create(&thread, &small, routine, NULL) != 0)
		exit(9);
	pthread_attr_destroy(&small);
	return thread;
}

static void live_threads(unsigned count)
{
	pthread_t *threads = calloc(count, sizeof(*threads));

	pthread_barrier_init(&all, NULL, count + 1);
	for (unsigned i = 0; i < count; i++)
		threads[i] = start(live);
	pthread_barrier_wait(&all);
	for (unsigned i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	free(threads);
}

static void thread_starts(unsigned count)
{
	pthread_t threads[20];

	for (unsigned i = 0; i < count; i += 20) {
		for (unsigned j = 0; j < 20; j++)
			threads[j] = start(pass);
		for (unsigned j = 0; j < 20; j++)
			pthread_join(threads[j], NULL);
	}
}

/* One life of a lock, at changing addresses; `nested`: under another lock. */
static void life(bool nested)
{
	static pthread_mutex_t *kept[64];
	static unsigned at;
	pthread_mutex_t *lock = malloc(sizeof(*lock));

	pthread_mutex_init(lock, NULL);
	if (nested)
		pthread_mutex_lock(&outer);
	pthread_mutex_lock(lock);
	done++;
	pthread_mutex_unlock(lock);
	if (nested)
		pthread_mutex_unlock(&outer);
	if (kept[at]) {
		pthread_mutex_destroy(kept[at]);
		free(kept[at]);
	}
	kept[at] = lock;
	at = (at + 1) % 64;
}

static void lives(unsigned count)
{
	while (count--)
		life(false);
}

static void nested_lives(unsigned count)
{
	while (count--)
		life(true);
}

/* One lock under the other. */
static void nest(pthread_mutex_t *first, pthread_mutex_t *second)
{
	pthread_mutex_lock(first);
	pthread_mutex_lock(second);
	done++;
	pthread_mutex_unlock(second);
	pthread_mutex_unlock(first);
}

static atomic_bool inverted;

static void *invert(void *unused)
{
	nest(&inner, &outer);
	inverted = true;
	return unused;
}

/* Locks that are made, nested in one another and gone again: destroyed, freed, or just no more on the stack. Then, with two that were there all
 * the time, an inversion, which only luck and no lock, create or join keeps from being a deadlock. */
static void retire(unsigned count)
{
	pthread_t other;

	for (unsigned i = 0; i < count; i += 4) {
		pthread_mutex_t *heap = malloc(2 * sizeof(*heap)), stack = PTHREAD_MUTEX_INITIALIZER;

		heap[0] = heap[1] = stack;
		nest(&outer, &heap[0]);
		nest(&heap[0], &heap[1]);
		nest(&heap[1], &inner);
		free(heap);
		pthread_mutex_init(&stack, NULL);
		nest(&outer, &stack);
		nest(&stack, &inner);
		pthread_mutex_destroy(&stack);
		pthread_mutex_init(&stack, NULL);
		nest(&inner, &stack);
		pthread_mutex_destroy(&stack);
	}
	if (pthread_create(&other, NULL, invert, NULL) != 0)
		exit(9);
	while (!inverted)
		sched_yield();
	nest(&outer, &inner);
	pthread_join(other, NULL);
}

static void deep(unsigned count)
{
	pthread_mutex_t *locks = calloc(count, sizeof(*locks));

	for (unsigned i = 0; i < count; i++)
		done += pthread_mutex_lock(&locks[i]) == 0;
	for (unsigned i = count; i-- > 0;)
		pthread_mutex_unlock(&locks[i]);
	free(locks);
}

/* Hand over hand: two are held at once, each the one after the other's. */
static void chain(unsigned count)
{
	pthread_mutex_t *locks = calloc(count + 1, sizeof(*locks));

	pthread_mutex_lock(&locks[0]);
	for (unsigned i = 0; i < count; i++) {
		done += pthread_mutex_lock(&locks[i + 1]) == 0;
		pthread_mutex_unlock(&locks[i]);
	}
	pthread_mutex_unlock(&locks[count]);
	free(locks);
}

/* Each forks up to ten, until there are enough. */
static void processes(unsigned count)
{
	unsigned share = count > 10 ? (count - 10) / 10 : 0;
	int status;

	for (unsigned i = 0; i < 10 && i < count; i++) {
		if (fork() != 0)
			continue;
		done = 0;
		both();
		processes(share);
		exit(done == 1 + (share < 10 ? share : 10) ? 0 : 8);
	}
	while (wait(&status) > 0)
		done += status == 0;
}

static const struct {
	const char *name;
	void (*run)(unsigned count);
} kinds[] = {{"live-threads", live_threads},
	     {"thread-starts", thread_starts},
	     {"lives", lives},
	     {"nested-lives", nested_lives},
	     {"retire", retire},
	     {"deep", deep},
	     {"chain", chain},
	     {"processes", processes}};

static void print_memory(void)
{
	FILE *file = fopen("/proc/self/status", "re");
	char line[200];

	while (file && fgets(line, sizeof(line), file))
		if (strncmp(line, "VmHWM:", 6) == 0)
			printf("%d\n", atoi(line + 6));
	if (file)
		fclose(file);
}

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 3 && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(argv[1], kinds[i].name) == 0)
			kinds[i].run((unsigned)atoi(argv[2]));
	printf("done %u\n", done);
	fflush(stdout);
	print_memory();
	return 0;
}
