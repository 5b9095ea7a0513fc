/*
 * dining: five philosophers, five forks; each takes the fork at the left, then the one at the right.
 *
 *   gridlock build/examples/dining
 *
 * They eat one after the other, so the dinner ends well. gridlock reports a lock-order-cycle through all five forks, with the five
 * threads by name, and ends with exit code 66. dining_fixed.c breaks the ring.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>

enum { SEATS = 5 };

static pthread_mutex_t fork_lock[SEATS];
static int meals;	/* all five forks' owners write it in turn */
static atomic_int turn; /* the seat that eats next: keeps the example from hanging, and is no protection in gridlock's eyes */

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
	eat(&fork_lock[seat], &fork_lock[(seat + 1) % SEATS]);
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
