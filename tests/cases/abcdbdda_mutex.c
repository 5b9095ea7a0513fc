/* Four threads, a ring of three among four mutexes. */
#define LOCK MUTEX
#define TAKE take
#include "pattern_abcdbdda.h"
