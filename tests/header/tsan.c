/*
 * tsan.c: a counter under a spin lock of the program's own, annotated for ThreadSanitizer, whose runtime is in the program: it is to hear of all of it, under gridlock
 * too. It knows no other order between the threads (the lock's own atomics are relaxed), so it tells of a race on the counter when it does not.
 */
#include <pthread.h>
#include <sanitizer/tsan_interface.h>
#include <sched.h>
#include <stdio.h>

static int taken;
static long counter;

static void *count(void *unused)
{
	for (int i = 0; i < 1000; i++) {
		__tsan_mutex_pre_lock(&taken, __tsan_mutex_linker_init);
		while (__atomic_exchange_n(&taken, 1, __ATOMIC_RELAXED))
			sched_yield();
		__tsan_mutex_post_lock(&taken, __tsan_mutex_linker_init, 0);
		counter++;
		__tsan_mutex_pre_unlock(&taken, 0);
		__atomic_store_n(&taken, 0, __ATOMIC_RELAXED);
		__tsan_mutex_post_unlock(&taken, 0);
	}
	return unused;
}

int main(void)
{
	pthread_t threads[2];

	for (int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, count, NULL);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	printf("%ld\n", counter);
	return counter != 2000;
}
