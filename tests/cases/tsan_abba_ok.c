/* Annotated for ThreadSanitizer: tried, read, taken by its owner again and let go of as a whole, and what it does inside. */
#include <sanitizer/tsan_interface.h>

#include "case.h"

#pragma weak __tsan_mutex_create
#pragma weak __tsan_mutex_pre_lock
#pragma weak __tsan_mutex_post_lock
#pragma weak __tsan_mutex_pre_unlock
#pragma weak __tsan_mutex_post_unlock
#pragma weak __tsan_mutex_pre_signal
#pragma weak __tsan_mutex_post_signal
#pragma weak __tsan_mutex_pre_divert
#pragma weak __tsan_mutex_post_divert

static int A, B, R;
MUTEX(inner);
MUTEX(C);

static void take_it(int *lock, unsigned flags)
{
	__tsan_mutex_pre_lock(lock, flags);
	pthread_mutex_lock(&inner);
	pthread_mutex_unlock(&inner);
	__tsan_mutex_post_lock(lock, flags, 2);
}

static int give_it(int *lock, unsigned flags)
{
	int times = __tsan_mutex_pre_unlock(lock, flags);

	__tsan_mutex_post_unlock(lock, flags);
	return times;
}

THREAD(thread1)
{
	take_it(&A, __tsan_mutex_read_lock);
	take_it(&B, 0);
	give_it(&B, 0);
	give_it(&A, __tsan_mutex_read_lock);
	return NULL;
}

THREAD(thread2)
{
	take_it(&B, 0);
	take_it(&A, __tsan_mutex_try_read_lock);
	give_it(&A, __tsan_mutex_read_lock);
	take_it(&A, __tsan_mutex_try_lock | __tsan_mutex_try_lock_failed);
	give_it(&B, 0);
	return NULL;
}

/* Signals, with locks of its own, and comes to something else in between. */
THREAD(thread3)
{
	__tsan_mutex_pre_signal(&A, 0);
	pthread_mutex_lock(&C);
	pthread_mutex_lock(&inner);
	pthread_mutex_unlock(&inner);
	pthread_mutex_unlock(&C);
	__tsan_mutex_pre_divert(&A, 0);
	pthread_mutex_lock(&inner);
	pthread_mutex_lock(&C);
	pthread_mutex_unlock(&C);
	pthread_mutex_unlock(&inner);
	__tsan_mutex_post_divert(&A, 0);
	__tsan_mutex_post_signal(&A, 0);
	return NULL;
}

int main(void)
{
	if (!__tsan_mutex_create)
		return 1;
	run(thread1);
	run(thread2);
	run(thread3);
	__tsan_mutex_create(&R, __tsan_mutex_write_reentrant);
	take_it(&R, __tsan_mutex_write_reentrant);
	take_it(&R, __tsan_mutex_write_reentrant);
	if (give_it(&R, __tsan_mutex_recursive_unlock) != 2)
		return 2;
	take_it(&R, __tsan_mutex_recursive_lock);
	give_it(&R, 0);
	give_it(&R, 0);
	return 0;
}
