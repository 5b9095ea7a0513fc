/* Two threads take two rwlocks in opposite orders, always to read: nobody waits for a reader. */
#define LOCK RWLOCK
#define TAKE take_shared
#include "pattern_abba.h"
