/* Three threads make a ring of three mutexes. */
#define LOCK MUTEX
#define TAKE take
#include "pattern_abbcca.h"
