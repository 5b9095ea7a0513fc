/* Four threads make a ring of four error-checking mutexes. */
#define LOCK ERRORCHECK_MUTEX
#define TAKE take
#include "pattern_abbccdda.h"
