/* real_glibc.c: how glibc's functions are found, and which of them takes a free mutex for least. */
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

/* ---- the first attempt of pthread_mutex_lock ---- */

static const char *single_threaded; /* __libc_single_threaded: the program's copy of it, if it has one; never NULL where it is read */

/*
 * While there is one thread, libc's lock takes a free mutex without an atomic instruction, and its try does not. Who could take the mutex between
 * the look and the call? A signal handler that leaves it locked: the wait that follows goes unreported. A thread that libc knows nothing of:
 * libc's own lock is no safer from that one. From its second thread on a process pays nothing for this: libc says so before that
 * begins, and (up to 2.41) never takes it back.
 */
static int first_of_one_thread(pthread_mutex_t *mutex)
{
	__typeof__(real.first_mutex) this_one = first_of_one_thread;

	if (likely(*single_threaded))
		return libc_mutex_simply_free(mutex) ? real.pthread_mutex_lock(mutex) : real.pthread_mutex_trylock(mutex);
	/* Unless real_never_try has been here. */
	__atomic_compare_exchange_n(&real.first_mutex, &this_one, real.pthread_mutex_trylock, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	return real.pthread_mutex_trylock(mutex);
}

/* glibc has the variable since 2.32. By the order of loading: a program that reads it has the one that libc writes. */
__typeof__(&pthread_mutex_trylock) real_first_mutex(void)
{
	single_threaded = dlsym(RTLD_DEFAULT, "__libc_single_threaded");
	return single_threaded ? first_of_one_thread : real.pthread_mutex_trylock;
}
