/* Two children take two process-shared mutexes in both orders, the second one after the first has been waited for: in this run they could
 * not meet. */
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

static void child(int first)
{
	pid_t pid = fork();

	if (pid == 0) {
		take(shared[first]);
		take(shared[!first]);
		give(shared[!first]);
		give(shared[first]);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

int main(void)
{
	make();
	child(0);
	child(1);
	return 0;
}
