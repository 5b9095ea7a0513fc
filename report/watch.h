/*
 * watch.h: what the launcher looks at while the program runs: deadlocks that no single process can see, for their threads are of several; and, with
 * --stuck, threads that have waited for long. A look reads the slots of all threads, a few microseconds each, and leaves the program alone.
 */
#ifndef GRIDLOCK_WATCH_H
#define GRIDLOCK_WATCH_H

#include "options.h"

struct watch;
/* Over the recordings in that folder. */
struct watch *watch_new(const char *directory, const struct options *options);
void watch_free(struct watch *watch);

/* Looks; to be called about twice a second. A deadlock over several processes that is there for a second is said on stderr, kept in the folder for
 * the report, and its processes are asked to end as --on-deadlock says, and killed when they do not: true, unless by a signal that tells. Threads that are stuck are said as well. */
bool watch_look(struct watch *watch);

#endif
