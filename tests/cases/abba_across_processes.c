/* Two process-shared mutexes in anonymous shared memory, in both orders: by a parent and its child, which lives on meanwhile. */
#include <sys/mman.h>
#include <sys/wait.h>

#include "case.h"

struct shared {
	pthread_mutex_t A, B;
	int turn;
};
static struct shared *shared;

static void make(void)
{
	pthread_mutexattr_t attributes;

	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&shared->A, &attributes);
	pthread_mutex_init(&shared->B, &attributes);
}

int main(void)
{
	int status;
	pid_t child;

	make();
	child = fork();
	if (child == 0) {
		take(shared->B);
		take(shared->A);
		give(shared->A);
		give(shared->B);
		__atomic_store_n(&shared->turn, 1, __ATOMIC_RELEASE);
		while (__atomic_load_n(&shared->turn, __ATOMIC_ACQUIRE) != 2)
			usleep(100);
		return 0;
	}
	while (!__atomic_load_n(&shared->turn, __ATOMIC_ACQUIRE))
		usleep(100);
	take(shared->A);
	take(shared->B);
	give(shared->B);
	give(shared->A);
	__atomic_store_n(&shared->turn, 2, __ATOMIC_RELEASE);
	waitpid(child, &status, 0);
	return status;
}
