/* Memory is freed with a mutex in it that another thread holds. */
#include "case.h"

struct node {
	long value;
	pthread_mutex_t lock;
};
static struct node *node;
static int step;

THREAD(thread1)
{
	pthread_mutex_lock(&node->lock);
	__atomic_store_n(&step, 1, __ATOMIC_RELEASE);
	while (__atomic_load_n(&step, __ATOMIC_ACQUIRE) < 2)
		usleep(100);
	_exit(0);
}

int main(void)
{
	pthread_t thread;

	node = malloc(sizeof(*node));
	pthread_mutex_init(&node->lock, NULL);
	pthread_create(&thread, NULL, thread1, NULL);
	while (__atomic_load_n(&step, __ATOMIC_ACQUIRE) < 1)
		usleep(100);
	free(node);
	__atomic_store_n(&step, 2, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	return 0;
}
