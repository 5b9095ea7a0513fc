/* Three threads make a ring of three rwlocks, always to write. */
#define LOCK RWLOCK
#define TAKE take
#include "pattern_abbcca.h"
