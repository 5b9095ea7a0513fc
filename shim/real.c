/* real.c: see real.h. */
#include "real.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

struct real real;

/* pthread_cond_* has two implementations on x86-64, and dlsym returned the old one up to glibc 2.31. clockwait is newer, and has one. */
static void *find(const char *name)
{
	void *address = NULL;

	if (!strncmp(name, "pthread_cond_", 13) && strcmp(name, "pthread_cond_clockwait") != 0)
		address = dlvsym(RTLD_NEXT, name, "GLIBC_2.3.2");
	return address ? address : dlsym(RTLD_NEXT, name);
}

/* There when the program holds the runtime of AddressSanitizer or ThreadSanitizer. */
void __sanitizer_print_stack_trace(void) __attribute__((weak));

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

static void choose_first(void)
{
	bool sanitized = __sanitizer_print_stack_trace != NULL;

	real.first_mutex = sanitized ? busy_mutex : real.pthread_mutex_trylock;
	real.first_read = sanitized ? busy_rwlock : real.pthread_rwlock_tryrdlock;
	real.first_write = sanitized ? busy_rwlock : real.pthread_rwlock_trywrlock;
}

void real_resolve(void)
{
	static __thread bool resolving __attribute__((tls_model("initial-exec")));

	/* A symbol that is not there makes dlsym allocate its message, and an allocator locks (jemalloc): it comes back here, and finds the
	 * mutex functions resolved, for they come first in the list. */
	if (resolving)
		return;
	resolving = true;
#define REAL(name)                                                                                                                         \
	if (strncmp(#name, "__cxa_", 6))                                                                                                   \
		real.name = (__typeof__(real.name))find(#name);
#define ALIAS(name, target)
#include "functions.def"
#undef REAL
#undef ALIAS
	choose_first();
	__atomic_store_n(&real.ready, true, __ATOMIC_RELEASE);
	resolving = false;
}

void *real_cxx(const char *name, const void *caller)
{
	void *address = dlsym(RTLD_NEXT, name);
	struct dl_find_object object;

	if (address)
		return address;
	if (_dl_find_object((void *)(uintptr_t)caller, &object) != 0)
		return NULL;
	return dlsym(object.dlfo_link_map, name);
}
