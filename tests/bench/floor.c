/* floor.c: a library that wraps the same calls and does nothing but forward: the least that any preload costs. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>

#define FORWARD(name, type)                                                                                                                \
	int name(type *lock)                                                                                                               \
	{                                                                                                                                  \
		return real_##name(lock);                                                                                                  \
	}
#define DECLARE(name, type) static int (*real_##name)(type *);
#define EACH(X)                                                                                                                            \
	X(pthread_mutex_lock, pthread_mutex_t)                                                                                             \
	X(pthread_mutex_trylock, pthread_mutex_t)                                                                                          \
	X(pthread_mutex_unlock, pthread_mutex_t)                                                                                           \
	X(pthread_rwlock_rdlock, pthread_rwlock_t)                                                                                         \
	X(pthread_rwlock_unlock, pthread_rwlock_t)

EACH(DECLARE)
EACH(FORWARD)

__attribute__((constructor)) static void resolve(void)
{
#define RESOLVE(name, type) real_##name = (__typeof__(real_##name))dlsym(RTLD_NEXT, #name);
	EACH(RESOLVE)
}
