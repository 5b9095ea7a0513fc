/* Memory is freed with a mutex in it that the same thread holds. */
#include "case.h"

struct node {
	long value;
	pthread_mutex_t lock;
};

int main(void)
{
	struct node *node = malloc(sizeof(*node));

	pthread_mutex_init(&node->lock, NULL);
	pthread_mutex_lock(&node->lock);
	free(node);
	return 0;
}
