/*
 * work.h: sections over the ranked locks, in which no thread waits for a lock that is not ranked above all that it holds. Whatever else is
 * done there (given back out of order, taken again by its owner, tried against the order, waited for with a limit) cannot deadlock.
 */
#ifndef RANDOM_WORK_H
#define RANDOM_WORK_H

#include "actor.h"

/* Makes the ranked locks: types, kinds and ranks by the seed. */
void work_init(struct seed *seed);
void work_fini(struct seed *seed);

/* One section, left with nothing held. */
void work_section(struct actor *actor);
/* One or two locks, in order and without trying; what is below them is given by work_leave. */
void work_enter(struct actor *actor);
void work_leave(struct actor *actor);
/* Any ranked lock that may be waited for at any time by who holds nothing else, and held while threads sleep. */
struct lock *work_any(struct seed *seed);
/* Steps aside for a moment. */
void work_pause(struct seed *seed);

#endif
