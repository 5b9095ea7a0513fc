/* Four threads make a ring of four mutexes. */
#define LOCK MUTEX
#define TAKE take
#include "pattern_abbccdda.h"
