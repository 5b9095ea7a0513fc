/*
 * old.c: a program that was linked before glibc 2.3.2: its conditions are those of the first version, which are a pointer to one of today's
 * that libc allocates when they are first used. Prints what each call says.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#if defined(__x86_64__)
#define OLD(name) __asm__(".symver " #name "," #name "@GLIBC_2.2.5")
OLD(pthread_cond_init);
OLD(pthread_cond_wait);
OLD(pthread_cond_timedwait);
OLD(pthread_cond_signal);
OLD(pthread_cond_broadcast);
OLD(pthread_cond_destroy);
#endif

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t initialised, zeroed;
static int turn;

static void *other(void *unused)
{
	(void)unused;
	for (int i = 0; i < 100; i++) {
		pthread_mutex_lock(&mutex);
		while (turn != 1)
			pthread_cond_wait(&zeroed, &mutex);
		turn = 0;
		pthread_cond_signal(&initialised);
		pthread_mutex_unlock(&mutex);
	}
	return NULL;
}

int main(void)
{
	struct timespec past = {.tv_sec = 1};
	pthread_t thread;
	int rounds = 0;

	printf("init: %d\n", pthread_cond_init(&initialised, NULL));
	pthread_create(&thread, NULL, other, NULL);
	for (; rounds < 100; rounds++) {
		pthread_mutex_lock(&mutex);
		turn = 1;
		pthread_cond_broadcast(&zeroed);
		while (turn != 0)
			pthread_cond_wait(&initialised, &mutex);
		pthread_mutex_unlock(&mutex);
	}
	pthread_join(thread, NULL);
	printf("rounds: %d\n", rounds);
	pthread_mutex_lock(&mutex);
	printf("timedwait: %s\n", strerrorname_np(pthread_cond_timedwait(&initialised, &mutex, &past)));
	pthread_mutex_unlock(&mutex);
	printf("destroy: %d %d\n", pthread_cond_destroy(&initialised), pthread_cond_destroy(&zeroed));
	return 7;
}
