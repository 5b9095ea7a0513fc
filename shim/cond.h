/* cond.h: waits on conditions, for the other name by which they are reached: C11's cnd_t is a pthread_cond_t. */
#ifndef GRIDLOCK_COND_H
#define GRIDLOCK_COND_H

#include "held.h"

/* What pthread_cond_wait and its timed forms return; `timed` NULL: without limit. `site`: where the program called from. */
int cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timed *timed, struct site site);

/* Before a signal or broadcast: what the thread did so far lies before what it wakes, in this run. */
void cond_signalled(const pthread_cond_t *cond, struct site site);

#endif
