/* Process-shared mutexes in both orders, in one process. */
#define KIND(attributes) pthread_mutexattr_setpshared(attributes, PTHREAD_PROCESS_SHARED)
#include "pattern_attr.h"
