/*
 * pattern_fork.h: main forks while another thread holds A, as a thread inside of a library's lock might; the child runs child(), which may need it. The
 * case defines child().
 */
#include <sys/wait.h>

#include "case.h"

MUTEX(A);
static int holds;

static void child(void);

THREAD(worker)
{
	take(A);
	__atomic_store_n(&holds, 1, __ATOMIC_RELEASE);
	usleep(300000);
	give(A);
	return NULL;
}

int main(void)
{
	pthread_t thread;
	pid_t pid;
	int status;

	pthread_create(&thread, NULL, worker, NULL);
	while (!__atomic_load_n(&holds, __ATOMIC_ACQUIRE))
		usleep(100);
	pid = fork();
	if (pid == 0) {
		alarm(20);
		child();
		_exit(3);
	}
	waitpid(pid, &status, 0);
	pthread_join(thread, NULL);
	return 0;
}
