/* Two threads take two error-checking mutexes in opposite orders. */
#define LOCK ERRORCHECK_MUTEX
#define TAKE take
#include "pattern_abba.h"
