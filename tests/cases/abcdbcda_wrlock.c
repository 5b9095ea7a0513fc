/* Four threads make a ring, out of two halves, of four rwlocks, always to write. */
#define LOCK RWLOCK
#define TAKE take
#include "pattern_abcdbcda.h"
