/* Three threads make a ring of three error-checking mutexes, closed in its middle. */
#define LOCK ERRORCHECK_MUTEX
#define TAKE take
#include "pattern_abcabc.h"
