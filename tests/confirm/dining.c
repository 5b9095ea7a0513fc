/* dining.c: five philosophers: every link of the ring is the same two lines of code. */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#define SEATS 5
static pthread_mutex_t *forks[SEATS];

static void *philosopher(void *argument)
{
	unsigned seat = (unsigned)(size_t)argument;

	for (int i = 0; i < 30; i++) {
		pthread_mutex_lock(forks[seat]);
		pthread_mutex_lock(forks[(seat + 1) % SEATS]);
		pthread_mutex_unlock(forks[(seat + 1) % SEATS]);
		pthread_mutex_unlock(forks[seat]);
		usleep(500 + 300 * seat);
	}
	return NULL;
}

int main(void)
{
	pthread_t threads[SEATS];

	for (int i = 0; i < SEATS; i++) {
		forks[i] = malloc(sizeof(*forks[i]));
		pthread_mutex_init(forks[i], NULL);
	}
	for (size_t i = 0; i < SEATS; i++)
		pthread_create(&threads[i], NULL, philosopher, (void *)i);
	for (int i = 0; i < SEATS; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
