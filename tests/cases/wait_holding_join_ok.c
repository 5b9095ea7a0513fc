/* A pool is destroyed: what is to be said to the workers is said under the lock, and then they are joined without it. */
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
	give(queue_lock);
	pthread_join(thread, NULL);
	return 0;
}
