/* Three threads make a ring of three recursive mutexes, closed in its middle. */
#define LOCK RECURSIVE_MUTEX
#define TAKE take
#include "pattern_abcabc.h"
