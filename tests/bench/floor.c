/*
 * floor.c: a library that wraps the same calls and does nothing but forward: the least that any preload costs. Of all that gridlock wraps,
 * what the benchmarks call.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>

/* EACH(X): X(name, parameters, arguments) */
#define EACH(X)                                                                                                                            \
	X(pthread_mutex_init, (pthread_mutex_t * lock, const pthread_mutexattr_t *attributes), (lock, attributes))                         \
	X(pthread_mutex_destroy, (pthread_mutex_t * lock), (lock))                                                                         \
	X(pthread_mutex_lock, (pthread_mutex_t * lock), (lock))                                                                            \
	X(pthread_mutex_trylock, (pthread_mutex_t * lock), (lock))                                                                         \
	X(pthread_mutex_unlock, (pthread_mutex_t * lock), (lock))                                                                          \
	X(pthread_rwlock_rdlock, (pthread_rwlock_t * lock), (lock))                                                                        \
	X(pthread_rwlock_wrlock, (pthread_rwlock_t * lock), (lock))                                                                        \
	X(pthread_rwlock_unlock, (pthread_rwlock_t * lock), (lock))                                                                        \
	X(pthread_cond_wait, (pthread_cond_t * cond, pthread_mutex_t * lock), (cond, lock))                                                \
	X(pthread_cond_signal, (pthread_cond_t * cond), (cond))                                                                            \
	X(pthread_cond_broadcast, (pthread_cond_t * cond), (cond))                                                                         \
	X(pthread_create, (pthread_t * id, const pthread_attr_t *attributes, void *(*start)(void *), void *argument),                      \
	  (id, attributes, start, argument))                                                                                               \
	X(pthread_join, (pthread_t id, void **result), (id, result))

#define DECLARE(name, parameters, arguments) static int(*real_##name) parameters;
#define FORWARD(name, parameters, arguments)                                                                                               \
	int name parameters                                                                                                                \
	{                                                                                                                                  \
		return real_##name arguments;                                                                                              \
	}
EACH(DECLARE)
EACH(FORWARD)

static void (*real_free)(void *);

void free(void *block)
{
	/* What is freed before the constructor stays. */
	if (real_free)
		real_free(block);
}

/* The symbol that programs are linked with: of the condition's functions there is an older one too. */
static void *next(const char *name)
{
	void *symbol = dlvsym(RTLD_NEXT, name, "GLIBC_2.3.2");

	return symbol ? symbol : dlsym(RTLD_NEXT, name);
}

__attribute__((constructor)) static void resolve(void)
{
#define RESOLVE(name, parameters, arguments) real_##name = (__typeof__(real_##name))next(#name);
	EACH(RESOLVE)
	real_free = (__typeof__(real_free))next("free");
}
