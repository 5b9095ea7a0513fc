/* A finding in a daemon that goes on after the program has ended. */
#include <sys/wait.h>

#include "exit_abba.h"

static void daemonise(void)
{
	if (fork() > 0)
		_exit(0);
	setsid();
	if (fork() > 0)
		_exit(0);
}

int main(void)
{
	pid_t child = fork();
	if (child > 0) {
		waitpid(child, NULL, 0);
		return 0;
	}
	daemonise();
	usleep(300 * 1000); /* the program that was started is long gone */
	abba();
	return 0;
}
