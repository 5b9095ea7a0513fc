/* Priority-inheriting mutexes in both orders. */
#define KIND(attributes) pthread_mutexattr_setprotocol(attributes, PTHREAD_PRIO_INHERIT)
#include "pattern_attr.h"
