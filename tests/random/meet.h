/*
 * meet.h: where threads wait for each other: mailboxes (a condition, its mutex and a count), semaphores, barriers; and what is done once.
 *
 * Nobody holds a lock while waiting, but the mailbox's own. A round has two halves: in the first the actors post, in the second they take
 * as much as was posted, so that nobody waits for what never comes.
 */
#ifndef RANDOM_MEET_H
#define RANDOM_MEET_H

#include "actor.h"

void meet_init(struct seed *seed, unsigned actors, unsigned rounds);
void meet_fini(void);

/* Called by each of the actors, for each round, one half after the other, and any work between. */
void meet_post(struct actor *actor, unsigned number, unsigned round);
void meet_take(struct actor *actor, unsigned number, unsigned round);
/* Some of what is only done once, by whoever comes first. */
void meet_once(struct actor *actor);

#endif
