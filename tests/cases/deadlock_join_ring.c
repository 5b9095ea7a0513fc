/* Three threads that join each other, with no lock in it. */
#include "case.h"

static pthread_t threads[3];
static pthread_barrier_t all_there;

static void join_next(int number)
{
	pthread_barrier_wait(&all_there);
	pthread_join(threads[(number + 1) % 3], NULL);
}

THREAD(first)
{
	join_next(0);
	return NULL;
}

THREAD(second)
{
	join_next(1);
	return NULL;
}

THREAD(third)
{
	join_next(2);
	return NULL;
}

int main(void)
{
	alarm(20);
	pthread_barrier_init(&all_there, NULL, 4);
	pthread_create(&threads[0], NULL, first, NULL);
	pthread_create(&threads[1], NULL, second, NULL);
	pthread_create(&threads[2], NULL, third, NULL);
	pthread_barrier_wait(&all_there);
	pause();
	return 0;
}
