/* once.h: pthread_once, for C11's call_once, whose flag is a pthread_once_t. */
#ifndef GRIDLOCK_ONCE_H
#define GRIDLOCK_ONCE_H

#include <pthread.h>

#include "shim.h"

/* What pthread_once does and returns. `site`: where the program called from. */
int once(pthread_once_t *control, void (*routine)(void), struct site site);

#endif
