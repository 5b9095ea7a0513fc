/* Two threads take two recursive mutexes in opposite orders. */
#define LOCK RECURSIVE_MUTEX
#define TAKE take
#include "pattern_abba.h"
