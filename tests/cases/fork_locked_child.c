/* The child asks for the lock that another thread held at the fork. */
#include "pattern_fork.h"

static void child(void)
{
	take(A);
	give(A);
}
