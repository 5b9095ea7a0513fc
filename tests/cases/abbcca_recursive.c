/* Three threads make a ring of three recursive mutexes. */
#define LOCK RECURSIVE_MUTEX
#define TAKE take
#include "pattern_abbcca.h"
