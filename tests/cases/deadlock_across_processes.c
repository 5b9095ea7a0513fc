/* Two processes take two process-shared mutexes in different orders, and meet. */
#include <sys/mman.h>
#include <sys/wait.h>

#include "case.h"

struct shared {
	pthread_mutex_t A, B;
	int step;
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

static void meet(void)
{
	__atomic_add_fetch(&shared->step, 1, __ATOMIC_ACQ_REL);
	while (__atomic_load_n(&shared->step, __ATOMIC_ACQUIRE) < 2)
		usleep(100);
}

int main(void)
{
	make();
	if (fork() == 0) {
		take(shared->B);
		meet();
		alarm(5);
		take(shared->A);
		return 0;
	}
	take(shared->A);
	meet();
	alarm(5);
	take(shared->B);
	return 0;
}
