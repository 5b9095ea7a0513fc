/* Three threads make a ring of three error-checking mutexes. */
#define LOCK ERRORCHECK_MUTEX
#define TAKE take
#include "pattern_abbcca.h"
