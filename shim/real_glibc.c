/* real_glibc.c: how glibc's functions are found. */
#include <string.h>

#include "real.h"

/* pthread_cond_* has two implementations on x86-64, and dlsym returned the old one up to glibc 2.31. clockwait is newer, and has one. */
void *real_find(const char *name)
{
	void *address = NULL;

	/* A sanitizer's dlvsym leads nowhere before it is initialised, and its wrapper is what dlsym finds anyway. */
	if (!__sanitizer_print_stack_trace && !strncmp(name, "pthread_cond_", 13) && strcmp(name, "pthread_cond_clockwait") != 0)
		address = dlvsym(RTLD_NEXT, name, "GLIBC_2.3.2");
	return address ? address : dlsym(RTLD_NEXT, name);
}

void *real_find_beside(const char *name, uint64_t caller)
{
	struct link_map *map = NULL;
	Dl_info unused;

	if (dladdr1((void *)(uintptr_t)caller, &unused, (void **)&map, RTLD_DL_LINKMAP) == 0 || !map)
		return NULL;
	return dlsym(map, name);
}
