/* Robust mutexes in both orders. */
#define KIND(attributes) pthread_mutexattr_setrobust(attributes, PTHREAD_MUTEX_ROBUST)
#include "pattern_attr.h"
