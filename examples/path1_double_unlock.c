/*
 * path1_double_unlock: one mutex is unlocked twice on the way out, in the three shapes that C has for it.
 *
 *   gridlock build/examples/path1_double_unlock
 *
 * libc returns 0 for the second unlock of a normal mutex, so nothing shows here; with a second thread inside, it is that thread's lock
 * which is let go. gridlock reports unlock-not-locked three times, each with the unlock that is one too many and the place where the lock
 * was last taken: exit code 66.
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

/* Shape 1: the compiler unlocks at the end of the scope; somebody has let go early, by hand. */
static void deposit(int amount)
{
	__attribute__((cleanup(unlock_at_end))) pthread_mutex_t *guard = &balance_lock;
	pthread_mutex_lock(guard);
	balance += amount;
	pthread_mutex_unlock(guard);
}

/* Shape 2: two labels; the late error goes to the one that still unlocks. */
static int append(int record)
{
	int result = -1;
	pthread_mutex_lock(&journal_lock);
	if (record == 0)
		goto unlock;
	journal += record;
	pthread_mutex_unlock(&journal_lock);
	if (record < 0)
		goto unlock; /* is unlocked already: should be out */
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

/* Shape 3: two nested cleanup handlers for one mutex, both of them run. */
static void enqueue(int item)
{
	pthread_mutex_lock(&queue_lock);
	pthread_cleanup_push(unlock_handler, &queue_lock);
	pthread_cleanup_push(unlock_handler, &queue_lock);
	queue += item;
	pthread_cleanup_pop(1);
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
