/* Four threads, a ring of three among four recursive mutexes. */
#define LOCK RECURSIVE_MUTEX
#define TAKE take
#include "pattern_abcdbdda.h"
