/* A finding in a forked child whose status nobody looks at. */
#include <sys/wait.h>

#include "exit_abba.h"

int main(void)
{
	pid_t child = fork();
	if (child == 0) {
		abba();
		exit(0);
	}
	waitpid(child, NULL, 0);
	return 0;
}
