/*
 * text_blocked.h: threads that wait, in the text report: a deadlock, and the threads of a process.
 */
#ifndef GRIDLOCK_TEXT_BLOCKED_H
#define GRIDLOCK_TEXT_BLOCKED_H

#include "paper.h"

/* The body of a deadlock: the picture, each thread of the ring, who waits beside it, the locks. */
void text_deadlock(const struct paper *paper, const struct finding *finding);
/* One thread: what it waits for, since when, where; what it holds. `others`: how many more wait like it. */
/* May two be told as one: do they wait for the same, at the same place, with nothing held? */
bool text_waits_alike(const struct blocked *a, const struct blocked *b);
void text_waiter(const struct paper *paper, const struct blocked *blocked, size_t others);

#endif
