/* A forked child initialises again what was held at the fork: by its own thread, and by one that is not there any more. */
#include <sys/wait.h>

#include "case.h"

MUTEX(A);
MUTEX(B);
static int step;

THREAD(thread1)
{
	take(B);
	__atomic_store_n(&step, 1, __ATOMIC_RELEASE);
	while (__atomic_load_n(&step, __ATOMIC_ACQUIRE) < 2)
		usleep(100);
	give(B);
	return NULL;
}

int main(void)
{
	pthread_t thread;
	int status;

	pthread_create(&thread, NULL, thread1, NULL);
	while (__atomic_load_n(&step, __ATOMIC_ACQUIRE) < 1)
		usleep(100);
	take(A);
	pid_t child = fork();
	if (child == 0) {
		pthread_mutex_init(&A, NULL);
		pthread_mutex_init(&B, NULL);
		take(B);
		take(A);
		give(A);
		give(B);
		return 0;
	}
	give(A);
	__atomic_store_n(&step, 2, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	waitpid(child, &status, 0);
	return status;
}
