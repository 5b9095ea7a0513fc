/* Four threads make a ring of four recursive mutexes out of two halves. */
#define LOCK RECURSIVE_MUTEX
#define TAKE take
#include "pattern_abcdbcda.h"
