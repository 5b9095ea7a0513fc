/* Four threads make a ring of three among four rwlocks, always to write. */
#define LOCK RWLOCK
#define TAKE take
#include "pattern_abcdbdda.h"
