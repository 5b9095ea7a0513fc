/*
 * real.h: the addresses of libc's own functions, the only way by which the library reaches them.
 */
#ifndef GRIDLOCK_REAL_H
#define GRIDLOCK_REAL_H

#include <dlfcn.h>
#include <link.h>
#include <malloc.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <threads.h>
#include <unistd.h>

#include "libc.h"
#include "shim.h"

/* No public header declares these. */
void __longjmp_chk(struct __jmp_buf_tag env[1], int value) __attribute__((noreturn));
void __cxa_throw(void *object, void *type, void (*destructor)(void *)) __attribute__((noreturn));
void __cxa_rethrow(void) __attribute__((noreturn));
void *__cxa_begin_catch(void *exception);
int __cxa_guard_acquire(int64_t *guard);
void __cxa_guard_release(int64_t *guard);
void __cxa_guard_abort(int64_t *guard);

/* Other libraries', whose headers are not needed to build this one: GLib (void: GMutex, GCond), Qt 5 (QMutex), OpenMP's runtimes. */
void g_mutex_lock(void *mutex);
int g_mutex_trylock(void *mutex);
void g_mutex_unlock(void *mutex);
void g_mutex_init(void *mutex);
void g_mutex_clear(void *mutex);
void g_cond_wait(void *cond, void *mutex);
int g_cond_wait_until(void *cond, void *mutex, int64_t until);
void _ZN6QMutex4lockEv(void *mutex);
bool _ZN6QMutex7tryLockEi(void *mutex, int milliseconds);
void _ZN6QMutex6unlockEv(void *mutex);
void omp_set_lock(void *lock);
int omp_test_lock(void *lock);
void omp_unset_lock(void *lock);
void omp_set_nest_lock(void *lock);
int omp_test_nest_lock(void *lock);
void omp_unset_nest_lock(void *lock);
void GOMP_critical_start(void);
void GOMP_critical_end(void);
void GOMP_critical_name_start(void **name);
void GOMP_critical_name_end(void **name);
void __kmpc_critical(void *location, int32_t thread, void *name);
void __kmpc_end_critical(void *location, int32_t thread, void *name);

/* dynamic_annotations.h, sanitizer/tsan_interface.h. */
void AnnotateRWLockCreate(const char *file, int line, const volatile void *lock);
void AnnotateRWLockCreateStatic(const char *file, int line, const volatile void *lock);
void AnnotateRWLockDestroy(const char *file, int line, const volatile void *lock);
void AnnotateRWLockAcquired(const char *file, int line, const volatile void *lock, long is_writer);
void AnnotateRWLockReleased(const char *file, int line, const volatile void *lock, long is_writer);
void __tsan_mutex_create(void *lock, unsigned flags);
void __tsan_mutex_destroy(void *lock, unsigned flags);
void __tsan_mutex_pre_lock(void *lock, unsigned flags);
void __tsan_mutex_post_lock(void *lock, unsigned flags, int recursion);
int __tsan_mutex_pre_unlock(void *lock, unsigned flags);
void __tsan_mutex_post_unlock(void *lock, unsigned flags);
void __tsan_mutex_pre_signal(void *lock, unsigned flags);
void __tsan_mutex_post_signal(void *lock, unsigned flags);
void __tsan_mutex_pre_divert(void *lock, unsigned flags);
void __tsan_mutex_post_divert(void *lock, unsigned flags);

struct real {
	bool ready;
	bool never_tries; /* real_never_try */
	/* What an untimed lock tries first: libc's try, or what does the same for less (real_first_mutex); always EBUSY under a sanitizer's
	 * runtime, which draws no order from a try. */
	__typeof__(&pthread_mutex_trylock) first_mutex;
	__typeof__(&pthread_rwlock_tryrdlock) first_read, first_write;
	__typeof__(&pthread_spin_trylock) first_spin;
	__typeof__(&_dl_find_object) dl_find_object;	    /* NULL before glibc 2.35 */
	__typeof__(&malloc_usable_size) malloc_usable_size; /* not wrapped; may be another allocator's than `free` */
#define REAL(name)  __typeof__(&name) name;
#define OTHER(name) REAL(name)
#define ALIAS(name, target)
#define OWN(name)
#include "functions.def"
#undef REAL
#undef OTHER
#undef ALIAS
#undef OWN
};
extern HIDDEN struct real real;

/* Finds all addresses. Called by the constructor, and by the first wrapper when that runs earlier. Any thread; idempotent.
 * C++'s are not looked for here: they may not be loaded yet (real_cxx). */
void real_resolve(void);

/* libc's function of that name, in the version that programs are linked with today; NULL: none (real_LIBC.c). */
void *real_find(const char *name);
/* As the object that holds the address sees it; NULL: none, or it cannot be asked. Takes the loader's lock. */
void *real_find_beside(const char *name, uint64_t caller);

/* The first attempt of pthread_mutex_lock where trying is right: takes a mutex that is free, and never waits (real_LIBC.c). */
__typeof__(&pthread_mutex_trylock) real_first_mutex(void);
/* From now on the first attempt of a lock always fails, so that every call goes the way of one that waits. Before a second thread. */
void real_never_try(void);

/* Every wrapper that does not go through a thread's slot begins with this. */
static inline void real_ready(void)
{
	if (__builtin_expect(!real.ready, 0))
		real_resolve();
}

/* Another library's function `name`, into *slot unless it is there: as the module that holds the address `caller` sees it, for the library may
 * have been loaded with RTLD_LOCAL, where RTLD_NEXT finds nothing. Takes the loader's lock, once a function. */
void real_find_other(void **slot, const char *name, uint64_t caller);

static inline void real_other(void **slot, const char *name, uint64_t caller)
{
	real_ready();
	if (__builtin_expect(!*slot, 0))
		real_find_other(slot, name, caller);
}

/* There when the program holds the runtime of AddressSanitizer or ThreadSanitizer. */
void __sanitizer_print_stack_trace(void) __attribute__((weak));

#endif
