/* The child takes no lock at all: it runs another program. */
#include "pattern_fork.h"

static void child(void)
{
	execl("/bin/true", "true", NULL);
}
