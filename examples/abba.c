/*
 * abba: two threads take the same two locks in opposite orders.
 *
 *   gridlock build/examples/abba
 *
 * The program ends well: the second transfer waits until the first is over. Nothing but luck keeps the two apart in a real bank, so
 * gridlock reports a lock-order-cycle between alice_lock and bob_lock and ends with exit code 66. abba_fixed.c takes them in one order.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>

static pthread_mutex_t alice_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t bob_lock = PTHREAD_MUTEX_INITIALIZER;
static long alice = 100, bob = 100;

/* Keeps the example from hanging. A flag orders the two transfers only in this run; gridlock does not take it for a protection. */
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
	pthread_mutex_lock(&bob_lock);
	pthread_mutex_lock(&alice_lock);
	bob -= 10;
	alice += 10;
	pthread_mutex_unlock(&alice_lock);
	pthread_mutex_unlock(&bob_lock);
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
