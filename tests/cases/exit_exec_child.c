/* A finding in a child that has become another program. */
#include <sys/wait.h>

#include "exit_abba.h"

int main(int argc, char **argv)
{
	pid_t child;
	if (argc > 1) {
		abba();
		return 0;
	}
	child = fork();
	if (child == 0)
		execl("/proc/self/exe", argv[0], "child", NULL);
	waitpid(child, NULL, 0);
	return 0;
}
