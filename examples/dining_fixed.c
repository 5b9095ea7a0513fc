/*
 * dining_fixed: the corrected twin of dining.c. Every philosopher takes the fork with the lower number first, so that the forks are
 * always taken in one order: the last one reaches for fork 0 before fork 4, and the ring is broken.
 *
 *   gridlock build/examples/dining_fixed
 *
 * gridlock is silent but for its summary.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>

enum { SEATS = 5 };

static pthread_mutex_t fork_lock[SEATS];
static int meals;	/* all five forks' owners write it in turn */
static atomic_int turn; /* as in dining.c, so that the two differ in the order of the forks only */

static void eat(pthread_mutex_t *first, pthread_mutex_t *second)
{
	pthread_mutex_lock(first);
	pthread_mutex_lock(second);
	meals++;
	pthread_mutex_unlock(second);
	pthread_mutex_unlock(first);
}

static void *philosopher(void *number)
{
	int seat = (int)(intptr_t)number;
	while (turn != seat)
		sched_yield();
	int left = seat, right = (seat + 1) % SEATS;
	eat(&fork_lock[left < right ? left : right], &fork_lock[left < right ? right : left]);
	turn++;
	return NULL;
}

int main(void)
{
	pthread_t threads[SEATS];
	char name[16];

	for (int i = 0; i < SEATS; i++)
		pthread_mutex_init(&fork_lock[i], NULL);
	for (int i = 0; i < SEATS; i++) {
		pthread_create(&threads[i], NULL, philosopher, (void *)(intptr_t)i);
		snprintf(name, sizeof(name), "philosopher-%d", i + 1);
		pthread_setname_np(threads[i], name);
	}
	for (int i = 0; i < SEATS; i++)
		pthread_join(threads[i], NULL);
	printf("%d meals\n", meals);
	return 0;
}
