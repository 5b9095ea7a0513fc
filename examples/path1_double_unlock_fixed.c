/*
 * path1_double_unlock_fixed: the corrected twin of path1_double_unlock.c: every path unlocks once, and one place is in charge of it.
 *
 *   gridlock build/examples/path1_double_unlock_fixed
 *
 * gridlock is silent but for its summary.
 */
#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t balance_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t journal_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t queue_lock = PTHREAD_MUTEX_INITIALIZER;
static int balance, journal, queue;

static void unlock_at_end(pthread_mutex_t **mutex)
{
	pthread_mutex_unlock(*mutex);
}

/* Shape 1: the compiler unlocks at the end of the scope, and nobody else does. */
static void deposit(int amount)
{
	__attribute__((cleanup(unlock_at_end))) pthread_mutex_t *guard = &balance_lock;
	pthread_mutex_lock(guard);
	balance += amount;
}

/* Shape 2: two labels; the late error goes to the one that does not unlock. */
static int append(int record)
{
	int result = -1;
	pthread_mutex_lock(&journal_lock);
	if (record == 0)
		goto unlock;
	journal += record;
	pthread_mutex_unlock(&journal_lock);
	if (record < 0)
		goto out;
	result = 0;
	goto out;
unlock:
	pthread_mutex_unlock(&journal_lock);
out:
	return result;
}

static void unlock_handler(void *mutex)
{
	pthread_mutex_unlock(mutex);
}

/* Shape 3: one cleanup handler for one lock. */
static void enqueue(int item)
{
	pthread_mutex_lock(&queue_lock);
	pthread_cleanup_push(unlock_handler, &queue_lock);
	queue += item;
	pthread_cleanup_pop(1);
}

int main(void)
{
	deposit(5);
	append(-5);
	enqueue(5);
	printf("balance %d, journal %d, queue %d\n", balance, journal, queue);
	return 0;
}
