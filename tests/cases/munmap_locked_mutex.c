/* A mapping that holds a locked mutex is unmapped. */
#include <sys/mman.h>

#include "case.h"

int main(void)
{
	char *mapped = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_mutex_t *lock = (pthread_mutex_t *)(void *)(mapped + 300000 / 64 * 64);

	pthread_mutex_init(lock, NULL);
	pthread_mutex_lock(lock);
	return munmap(mapped, 1 << 20);
}
