/*
 * threads.h: the state of every thread of a process, as text: what it waits for, since when, who has that and took it where; and what there is to be
 * said of waits that nobody will end. A diagnosis, no findings.
 */
#ifndef GRIDLOCK_THREADS_H
#define GRIDLOCK_THREADS_H

#include "live.h"

/* 0, or -1 with errno. */
int threads_write(int fd, struct moment *moment, const struct options *options);
/* Does the thread wait for a signal that nobody who has ever given it can give any more? O(threads that ever signalled it * threads). */
bool threads_lost(const struct moment *moment, const struct waiter *waiter);
/* One line on a wait that seems to have no end, NULL: there is nothing to be said. */
const char *threads_diagnosis(struct moment *moment, const struct waiter *waiter);

#endif
