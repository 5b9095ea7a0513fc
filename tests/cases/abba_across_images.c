/* The same in a file that two programs map, each at an address of its own: this one, and itself executed again. */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "case.h"

struct shared {
	pthread_mutex_t A, B;
	int turn;
};
static struct shared *shared;

static void map(const char *path)
{
	int file = open(path, O_RDWR | O_CREAT, 0600);

	if (file < 0 || ftruncate(file, 65536) != 0)
		exit(2);
	shared = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, file, 4096);
	close(file);
}

static void make(void)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&shared->A, &attributes);
	pthread_mutex_init(&shared->B, &attributes);
}

static int other(const char *path)
{
	mmap(NULL, 1 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	map(path);
	take(shared->B);
	take(shared->A);
	give(shared->A);
	give(shared->B);
	__atomic_store_n(&shared->turn, 1, __ATOMIC_RELEASE);
	while (__atomic_load_n(&shared->turn, __ATOMIC_ACQUIRE) != 2)
		usleep(100);
	return 0;
}

int main(int count, char **arguments)
{
	char path[] = "/tmp/gridlock-case.XXXXXX";
	int status;
	pid_t child;

	if (count > 1)
		return other(arguments[1]);
	close(mkstemp(path));
	map(path);
	make();
	child = fork();
	if (child == 0) {
		execl("/proc/self/exe", arguments[0], path, (char *)NULL);
		_exit(3);
	}
	while (!__atomic_load_n(&shared->turn, __ATOMIC_ACQUIRE))
		usleep(100);
	take(shared->A);
	take(shared->B);
	give(shared->B);
	give(shared->A);
	__atomic_store_n(&shared->turn, 2, __ATOMIC_RELEASE);
	waitpid(child, &status, 0);
	unlink(path);
	return status;
}
