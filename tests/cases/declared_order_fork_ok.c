/* Declared before the fork; parent and child keep to it. */
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
	take(A);
	take(B);
	give(B);
	give(A);
	if (child == 0)
		_exit(0);
	waitpid(child, NULL, 0);
	return 0;
}
