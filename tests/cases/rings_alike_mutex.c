/* Behind ten thousand rings of one thread, which are harmless and look alike, one of the same code in which another thread takes a part. */
#include <pthread.h>
#include <sched.h>

struct two {
	pthread_mutex_t a, b;
};

/* Orders the two in this run, in a way that nobody sees. */
static _Atomic int first_done;

static void nest(pthread_mutex_t *first, pthread_mutex_t *second)
{
	pthread_mutex_lock(first);
	pthread_mutex_lock(second);
	pthread_mutex_unlock(second);
	pthread_mutex_unlock(first);
}

static void *other_order(void *argument)
{
	struct two *two = argument;

	while (!first_done)
		sched_yield();
	nest(&two->b, &two->a);
	return NULL;
}

int main(void)
{
	pthread_t thread;

	for (int i = 0; i < 10000; i++) {
		struct two two;

		pthread_mutex_init(&two.a, NULL);
		pthread_mutex_init(&two.b, NULL);
		first_done = 0;
		if (i == 9000)
			pthread_create(&thread, NULL, other_order, &two);
		nest(&two.a, &two.b);
		first_done = 1;
		if (i == 9000)
			pthread_join(thread, NULL);
		else
			other_order(&two);
		pthread_mutex_destroy(&two.a);
		pthread_mutex_destroy(&two.b);
	}
	return 0;
}
