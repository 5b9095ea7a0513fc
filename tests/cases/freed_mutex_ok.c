/* Memory is freed with mutexes in it that nobody holds, destroyed or not; grows and moves; is unmapped. */
#include <string.h>
#include <sys/mman.h>

#include "case.h"

struct node {
	long value;
	pthread_mutex_t lock;
};

static void use(struct node *node)
{
	pthread_mutex_init(&node->lock, NULL);
	pthread_mutex_lock(&node->lock);
	pthread_mutex_unlock(&node->lock);
}

int main(void)
{
	for (int i = 0; i < 1000; i++) {
		struct node *node = malloc(sizeof(*node) * 2);
		use(&node[0]);
		use(&node[1]);
		pthread_mutex_destroy(&node[1].lock);
		if (i % 2)
			node = realloc(node, 100000);
		free(node);
	}
	struct node *mapped = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	use(mapped);
	use((struct node *)((char *)mapped + 500000));
	return munmap(mapped, 1 << 20);
}
