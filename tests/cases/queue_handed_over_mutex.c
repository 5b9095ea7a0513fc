/*
 * An item goes through a queue from its maker, who takes its lock then that of the table, to its user, who takes them the other way: by then the maker
 * is done with it. A condition says so in one queue, a semaphore in the other; that it must be so no lock shows, so it is a warning.
 */
#include <semaphore.h>
#include <stdatomic.h>

#include "case.h"

MUTEX(table);
MUTEX(item);
MUTEX(other_table);
MUTEX(other_item);
MUTEX(queue);
static pthread_cond_t filled = PTHREAD_COND_INITIALIZER;
static sem_t count;
static int length;
static atomic_int waits;

static void in_order(pthread_mutex_t *first, pthread_mutex_t *second)
{
	pthread_mutex_lock(first);
	pthread_mutex_lock(second);
	pthread_mutex_unlock(second);
	pthread_mutex_unlock(first);
}

THREAD(user)
{
	take(queue);
	atomic_store(&waits, 1);
	while (length == 0)
		pthread_cond_wait(&filled, &queue);
	length--;
	give(queue);
	in_order(&table, &item);
	sem_wait(&count);
	in_order(&other_table, &other_item);
	return NULL;
}

THREAD(maker)
{
	in_order(&item, &table);
	while (!atomic_load(&waits))
		usleep(100);
	take(queue);
	length++;
	pthread_cond_signal(&filled);
	give(queue);
	in_order(&other_item, &other_table);
	sem_post(&count);
	return NULL;
}

int main(void)
{
	pthread_t threads[2];

	sem_init(&count, 0, 0);
	pthread_create(&threads[0], NULL, user, NULL);
	pthread_create(&threads[1], NULL, maker, NULL);
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
	return 0;
}
