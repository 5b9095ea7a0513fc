/* Four threads make a ring of four rwlocks, always to write. */
#define LOCK RWLOCK
#define TAKE take
#include "pattern_abbccdda.h"
