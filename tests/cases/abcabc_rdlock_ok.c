/* Three threads make a ring, closed in its middle, of three rwlocks, always to read: nobody waits for a reader. */
#define LOCK RWLOCK
#define TAKE take_shared
#include "pattern_abcabc.h"
