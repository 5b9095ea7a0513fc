/* Two threads take two mutexes in opposite orders. */
#define LOCK MUTEX
#define TAKE take
#include "pattern_abba.h"
