/* Four threads make a ring, out of two halves, of four rwlocks, always to read: nobody waits for a reader. */
#define LOCK RWLOCK
#define TAKE take_shared
#include "pattern_abcdbcda.h"
