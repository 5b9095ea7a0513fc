/* Four threads, a ring of three among four error-checking mutexes. */
#define LOCK ERRORCHECK_MUTEX
#define TAKE take
#include "pattern_abcdbdda.h"
