/* A handler of fork that is older than the library takes a lock in the child; what the child does after it is watched like anything else. */
#include <sys/wait.h>

#include "exit_abba.h"

MUTEX(of_handlers);

static void lock_it(void)
{
	take(of_handlers);
}

static void unlock_it(void)
{
	give(of_handlers);
}

/* Before any constructor. */
static void install(void)
{
	pthread_atfork(lock_it, unlock_it, unlock_it);
}
__attribute__((section(".preinit_array"), used)) static void (*const first_of_all)(void) = install;

int main(void)
{
	pid_t child = fork();

	if (child == 0) {
		abba();
		_exit(0);
	}
	waitpid(child, NULL, 0);
	return 0;
}
