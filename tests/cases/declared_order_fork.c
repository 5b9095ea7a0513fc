/* Declared before the fork, broken by the child. */
#include <gridlock.h>
#include <sys/wait.h>

#include "case.h"

MUTEX(A);
MUTEX(B);

int main(void)
{
	pid_t child;

	GRIDLOCK_ORDER(&A, &B);
	child = fork();
	if (child == 0) {
		take(B);
		take(A);
		give(A);
		give(B);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	return 0;
}
