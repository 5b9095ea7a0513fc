/* A block that holds a locked mutex is moved by realloc. */
#include "case.h"

int main(void)
{
	pthread_mutex_t *lock = malloc(sizeof(*lock));

	pthread_mutex_init(lock, NULL);
	pthread_mutex_lock(lock);
	lock = realloc(lock, 1 << 20);
	return lock == NULL;
}
