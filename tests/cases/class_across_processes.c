/* Opposite orders in two processes, each with locks of its own: a ring of classes. Asked for, it is a note. */
/* options: by-class */
#include <sys/wait.h>

#include "case.h"

MUTEX(A);
MUTEX(B);

static void child(void)
{
	take(B);
	take(A);
	give(A);
	give(B);
	_exit(0);
}

int main(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		child();
	waitpid(pid, &status, 0);
	take(A);
	take(B);
	give(B);
	give(A);
	return status;
}
