/*
 * real.h: the addresses of libc's own functions, the only way by which the library reaches them.
 */
#ifndef GRIDLOCK_REAL_H
#define GRIDLOCK_REAL_H

#include <pthread.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

/* No public header declares these. */
void __longjmp_chk(struct __jmp_buf_tag env[1], int value) __attribute__((noreturn));
void __cxa_throw(void *object, void *type, void (*destructor)(void *)) __attribute__((noreturn));
void __cxa_rethrow(void) __attribute__((noreturn));
void *__cxa_begin_catch(void *exception);

struct real {
	bool ready;
	/* What an untimed lock tries first: libc's try; always EBUSY under a sanitizer's runtime, which draws no order from a try. */
	__typeof__(&pthread_mutex_trylock) first_mutex;
	__typeof__(&pthread_rwlock_tryrdlock) first_read, first_write;
#define REAL(name) __typeof__(&name) name;
#define ALIAS(name, target)
#include "functions.def"
#undef REAL
#undef ALIAS
};
extern struct real real;

/* Finds all addresses. Called by the constructor, and by the first wrapper when that runs earlier. Any thread; idempotent.
 * C++'s are not looked for here: they may not be loaded yet (real_cxx). */
void real_resolve(void);

/* Every wrapper that does not go through a thread's slot begins with this. */
static inline void real_ready(void)
{
	if (__builtin_expect(!real.ready, 0))
		real_resolve();
}

/* The C++ runtime's function `name` as the module that holds `caller` sees it (it may have been loaded with RTLD_LOCAL, where RTLD_NEXT
 * finds nothing). Takes the loader's lock: once a function, for the result is kept by the callers. NULL: not there. */
void *real_cxx(const char *name, const void *caller);

#endif
