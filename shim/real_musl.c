/* real_musl.c: how musl's functions are found. It has no versions, and tells of no object's handle by an address. */
#include "real.h"

void *real_find(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

__typeof__(&pthread_mutex_trylock) real_first_mutex(void)
{
	return real.pthread_mutex_trylock;
}

void *real_find_beside(const char *name, uint64_t caller)
{
	(void)name;
	(void)caller;
	return NULL;
}
