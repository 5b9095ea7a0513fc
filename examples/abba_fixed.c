/*
 * abba_fixed: the corrected twin of abba.c. Whoever pays, alice_lock comes before bob_lock: one order for all threads, no ring.
 *
 *   gridlock build/examples/abba_fixed
 *
 * gridlock is silent but for its summary.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>

static pthread_mutex_t alice_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t bob_lock = PTHREAD_MUTEX_INITIALIZER;
static long alice = 100, bob = 100;

/* As in abba.c, so that the two differ in the order of the locks only. */
static atomic_bool first_is_over;

static void *alice_pays_bob(void *unused)
{
	pthread_mutex_lock(&alice_lock);
	pthread_mutex_lock(&bob_lock);
	alice -= 30;
	bob += 30;
	pthread_mutex_unlock(&bob_lock);
	pthread_mutex_unlock(&alice_lock);
	first_is_over = true;
	return unused;
}

static void *bob_pays_alice(void *unused)
{
	while (!first_is_over)
		sched_yield();
	pthread_mutex_lock(&alice_lock);
	pthread_mutex_lock(&bob_lock);
	bob -= 10;
	alice += 10;
	pthread_mutex_unlock(&bob_lock);
	pthread_mutex_unlock(&alice_lock);
	return unused;
}

int main(void)
{
	pthread_t there, back;
	pthread_create(&there, NULL, alice_pays_bob, NULL);
	pthread_create(&back, NULL, bob_pays_alice, NULL);
	pthread_join(there, NULL);
	pthread_join(back, NULL);
	printf("alice %ld, bob %ld\n", alice, bob);
	return 0;
}
