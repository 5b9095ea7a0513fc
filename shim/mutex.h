/*
 * mutex.h: pthread mutexes, for the other names by which they are reached: C11's mtx_t is one in every libc that we know of, with
 * other words for the results. `site` is where the program called from. All return what pthread_mutex_* would.
 */
#ifndef GRIDLOCK_MUTEX_H
#define GRIDLOCK_MUTEX_H

#include "held.h"

int mutex_lock(pthread_mutex_t *mutex, struct site site);
int mutex_trylock(pthread_mutex_t *mutex, struct site site);
/* `timed` as in real calls: with a clock of its own, or CLOCK_REALTIME. */
int mutex_lock_timed(pthread_mutex_t *mutex, const struct timed *timed, struct site site);
int mutex_unlock(pthread_mutex_t *mutex, struct site site);
int mutex_destroy(pthread_mutex_t *mutex, struct site site);

/* Before an initialisation: the number of the life that it ends, 0: none. After one that succeeded: the new life begins. */
uint64_t mutex_before_init(const pthread_mutex_t *mutex);
void mutex_initialised(pthread_mutex_t *mutex, uint64_t before, struct site site);

/* Does its own state say that nobody holds it? */
bool mutex_surely_free(const pthread_mutex_t *mutex);

#endif
