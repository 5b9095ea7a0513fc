/* A lock of the program's own, made of a mutex, annotated for ThreadSanitizer, in both orders. What it is made of is not looked at. */
#include <sanitizer/tsan_interface.h>

#include "case.h"

#pragma weak __tsan_mutex_create
#pragma weak __tsan_mutex_pre_lock
#pragma weak __tsan_mutex_post_lock
#pragma weak __tsan_mutex_pre_unlock
#pragma weak __tsan_mutex_post_unlock
#pragma weak __tsan_mutex_destroy

static struct lock {
	pthread_mutex_t inner;
} A = {PTHREAD_MUTEX_INITIALIZER}, B = {PTHREAD_MUTEX_INITIALIZER};

#define lock(lock)                                                                                                                         \
	do {                                                                                                                               \
		__tsan_mutex_pre_lock(&(lock), 0);                                                                                         \
		pthread_mutex_lock(&(lock).inner);                                                                                         \
		__tsan_mutex_post_lock(&(lock), 0, 0);                                                                                     \
	} while (0)
#define unlock(lock)                                                                                                                       \
	do {                                                                                                                               \
		__tsan_mutex_pre_unlock(&(lock), 0);                                                                                       \
		pthread_mutex_unlock(&(lock).inner);                                                                                       \
		__tsan_mutex_post_unlock(&(lock), 0);                                                                                      \
	} while (0)

THREAD(thread1)
{
	lock(A);
	lock(B);
	unlock(B);
	unlock(A);
	return NULL;
}

THREAD(thread2)
{
	lock(B);
	lock(A);
	unlock(A);
	unlock(B);
	return NULL;
}

int main(void)
{
	if (!__tsan_mutex_create)
		return 1;
	__tsan_mutex_create(&A, __tsan_mutex_not_static);
	__tsan_mutex_create(&B, __tsan_mutex_linker_init);
	run(thread1);
	run(thread2);
	__tsan_mutex_destroy(&A, __tsan_mutex_not_static);
	__tsan_mutex_destroy(&B, __tsan_mutex_linker_init);
	return 0;
}
