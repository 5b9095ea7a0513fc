/* The child takes another lock: it runs ordinary code, which could need the one that nobody will unlock. */
#include "pattern_fork.h"

MUTEX(B);

static void child(void)
{
	take(B);
	give(B);
}
