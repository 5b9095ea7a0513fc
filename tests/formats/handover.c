/*
 * handover.c: a lock that another thread waits for is handed over, and two that do not nest: taken A, B, released A, B. Names that are not nice.
 */
#include <gridlock.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

static pthread_mutex_t A = PTHREAD_MUTEX_INITIALIZER, B = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t R = PTHREAD_RWLOCK_INITIALIZER;

static void *waiter(void *unused)
{
	pthread_mutex_lock(&A);
	pthread_rwlock_rdlock(&R);
	pthread_rwlock_unlock(&R);
	pthread_mutex_unlock(&A);
	return unused;
}

int main(void)
{
	char name[4000] = "B \"quoted\" </script> %0A ::<int> ";
	pthread_t thread;

	/* A letter of two bytes is cut in half, wherever the name is cut. */
	for (size_t i = strlen(name); i + 2 < sizeof(name); i += 2)
		memcpy(name + i, "\xc3\xa9", 2);
	GRIDLOCK_NAME(&B, name);
	pthread_mutex_lock(&A);
	pthread_mutex_lock(&B);
	pthread_create(&thread, NULL, waiter, NULL);
	/* Long enough for it to wait. */
	usleep(300000);
	pthread_mutex_unlock(&A);
	usleep(1000);
	pthread_mutex_unlock(&B);
	pthread_join(thread, NULL);
	while (pthread_mutex_trylock(&A) != 0)
		;
	pthread_mutex_unlock(&A);
	return 0;
}
