/* Mutexes in a mapping that is unmapped and mapped again at the same address. */
#include <sys/mman.h>

#include "case.h"

static pthread_mutex_t *map(void)
{
	static void *place;

	return place = mmap(place, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | (place ? MAP_FIXED_NOREPLACE : 0), -1, 0);
}

THREAD(thread1)
{
	pthread_mutex_t *locks = map();

	take(locks[0]);
	take(locks[1]);
	give(locks[1]);
	give(locks[0]);
	munmap(locks, 4096);
	return NULL;
}

THREAD(thread2)
{
	pthread_mutex_t *locks = map();

	take(locks[1]);
	take(locks[0]);
	give(locks[0]);
	give(locks[1]);
	munmap(locks, 4096);
	return NULL;
}

int main(void)
{
	run(thread1);
	run(thread2);
	return 0;
}
