/*
 * misuse.h: one lock used wrongly, once.
 */
#ifndef RANDOM_MISUSE_H
#define RANDOM_MISUSE_H

#include "actor.h"

/* Plans one, and says what to expect of it. */
void misuse_plan(struct seed *seed);
/* By main: a thread that does it. */
void misuse_start(struct actor *main);
void misuse_join(struct actor *main);
/* The last thing that main does. */
void misuse_at_exit(void);

#endif
