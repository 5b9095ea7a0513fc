/* Three threads make a ring of three mutexes, closed in its middle. */
#define LOCK MUTEX
#define TAKE take
#include "pattern_abcabc.h"
