/* The same two orders, but the parent's side is over before it forks: its child cannot meet it. */
#include <sys/mman.h>
#include <sys/wait.h>

#include "case.h"

static pthread_mutex_t *shared;

static void make(void)
{
	pthread_mutexattr_t attributes;

	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&shared[0], &attributes);
	pthread_mutex_init(&shared[1], &attributes);
}

int main(void)
{
	int status;
	pid_t child;

	make();
	take(shared[0]);
	take(shared[1]);
	give(shared[1]);
	give(shared[0]);
	child = fork();
	if (child == 0) {
		take(shared[1]);
		take(shared[0]);
		give(shared[0]);
		give(shared[1]);
		return 0;
	}
	waitpid(child, &status, 0);
	return status;
}
