/* Two children take two process-shared mutexes in different orders, and meet. Then it says how they ended. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct shared {
	pthread_mutex_t mutexes[2];
	atomic_int here;
} * shared;

static int child(int number)
{
	/* Into a buffer: stdout is no terminal. */
	printf("child %d is there\n", number);
	pthread_mutex_lock(&shared->mutexes[number]);
	shared->here++;
	while (shared->here < 2)
		usleep(100);
	pthread_mutex_lock(&shared->mutexes[1 - number]);
	return 0;
}

int main(void)
{
	pthread_mutexattr_t attributes;
	pid_t pids[2];
	int status;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	for (int i = 0; i < 2; i++)
		pthread_mutex_init(&shared->mutexes[i], &attributes);
	for (int i = 0; i < 2; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			return child(i);
	}
	for (int i = 0; i < 2; i++) {
		waitpid(pids[i], &status, 0);
		printf("child %d ended with %s %d\n", i, WIFEXITED(status) ? "code" : "signal",
		       WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	}
	return 3;
}
