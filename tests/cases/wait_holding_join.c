/* A pool is destroyed: its workers are joined with the queue's lock held, which each of them takes before it ends. This time they had it behind them. */
#include "case.h"

MUTEX(queue_lock);

THREAD(worker)
{
	take(queue_lock);
	give(queue_lock);
	return NULL;
}

int main(void)
{
	struct threads before = threads_listed();
	pthread_t thread;

	pthread_create(&thread, NULL, worker, NULL);
	while (threads_new(&before))
		usleep(100);
	take(queue_lock);
	pthread_join(thread, NULL);
	give(queue_lock);
	return 0;
}
