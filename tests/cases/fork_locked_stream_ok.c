/* Another thread holds a stream at the fork: libc unlocks it in the child. And it is inside a once, which libc begins anew there. */
#include <sys/wait.h>

#include "case.h"

MUTEX(B);
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int holds;

static void slowly(void)
{
	flockfile(stderr);
	__atomic_store_n(&holds, 1, __ATOMIC_RELEASE);
	usleep(300000);
	funlockfile(stderr);
}

static void quickly(void)
{
}

THREAD(worker)
{
	pthread_once(&once, slowly);
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
		take(B);
		give(B);
		flockfile(stderr);
		funlockfile(stderr);
		pthread_once(&once, quickly);
		_exit(3);
	}
	waitpid(pid, &status, 0);
	pthread_join(thread, NULL);
	return 0;
}
