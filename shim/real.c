/* real.c: see real.h. */
#include "real.h"

#include <errno.h>
#include <stdint.h>

/* Before anything is resolved: the loader frees with our function as soon as the library is there. */
static void free_first(void *block)
{
	real_resolve();
	/* In the middle of resolving, by dlsym itself: a block of a few bytes is lost. */
	if (real.free != free_first)
		real.free(block);
}

/* The first dlsym of glibc before 2.34 comes to pthread_once, by a name that is ours. There is no other thread yet. */
static int once_first(pthread_once_t *control, void (*routine)(void))
{
	if (*control == PTHREAD_ONCE_INIT) {
		routine();
		*control = 2; /* as libc marks it */
	}
	return 0;
}

struct real real = {.free = free_first, .pthread_once = once_first};

static int busy_mutex(pthread_mutex_t *mutex)
{
	(void)mutex;
	return EBUSY;
}

static int busy_rwlock(pthread_rwlock_t *rwlock)
{
	(void)rwlock;
	return EBUSY;
}

static int busy_spin(pthread_spinlock_t *lock)
{
	(void)lock;
	return EBUSY;
}

void real_never_try(void)
{
	real.never_tries = true;
	real.first_mutex = busy_mutex;
	real.first_read = real.first_write = busy_rwlock;
	real.first_spin = busy_spin;
}

static void choose_first(void)
{
	if (__sanitizer_print_stack_trace != NULL) {
		real_never_try();
		return;
	}
	real.first_mutex = real_first_mutex();
	real.first_read = real.pthread_rwlock_tryrdlock;
	real.first_write = real.pthread_rwlock_trywrlock;
	real.first_spin = real.pthread_spin_trylock;
}

void real_resolve(void)
{
	static __thread bool resolving __attribute__((tls_model("initial-exec")));

	/* A symbol that is not there makes dlsym allocate its message, and an allocator locks (jemalloc): it comes back here, and finds the
	 * mutex functions resolved, for they come first in the list. */
	if (resolving)
		return;
	resolving = true;
#define REAL(name) real.name = (__typeof__(real.name))real_find(#name);
#define OTHER(name)
#define ALIAS(name, target)
#define OWN(name)
#include "functions.def"
#undef REAL
#undef OTHER
#undef ALIAS
#undef OWN
	real.dl_find_object = (__typeof__(real.dl_find_object))real_find("_dl_find_object");
	real.malloc_usable_size = (__typeof__(real.malloc_usable_size))real_find("malloc_usable_size");
	choose_first();
	__atomic_store_n(&real.ready, true, __ATOMIC_RELEASE);
	resolving = false;
}

void real_find_other(void **slot, const char *name, uint64_t caller)
{
	*slot = dlsym(RTLD_NEXT, name);
	if (!*slot)
		*slot = real_find_beside(name, caller);
}
