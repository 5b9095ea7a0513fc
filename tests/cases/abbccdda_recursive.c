/* Four threads make a ring of four recursive mutexes. */
#define LOCK RECURSIVE_MUTEX
#define TAKE take
#include "pattern_abbccdda.h"
