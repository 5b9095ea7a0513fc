/* Four threads make a ring of four mutexes out of two halves. */
#define LOCK MUTEX
#define TAKE take
#include "pattern_abcdbcda.h"
