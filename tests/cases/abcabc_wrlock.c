/* Three threads make a ring, closed in its middle, of three rwlocks, always to write. */
#define LOCK RWLOCK
#define TAKE take
#include "pattern_abcabc.h"
