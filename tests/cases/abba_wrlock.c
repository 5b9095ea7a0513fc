/* Two threads take two rwlocks in opposite orders, always to write. */
#define LOCK RWLOCK
#define TAKE take
#include "pattern_abba.h"
