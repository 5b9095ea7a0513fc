/* Four threads make a ring of four error-checking mutexes out of two halves. */
#define LOCK ERRORCHECK_MUTEX
#define TAKE take
#include "pattern_abcdbcda.h"
