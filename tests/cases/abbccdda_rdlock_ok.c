/* Four threads make a ring of four rwlocks, always to read: nobody waits for a reader. */
#define LOCK RWLOCK
#define TAKE take_shared
#include "pattern_abbccdda.h"
