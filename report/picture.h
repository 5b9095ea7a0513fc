/*
 * picture.h: the ring of a finding as a picture: threads as boxes, locks as ovals; `waits for` dotted, `held by` solid.
 */
#ifndef GRIDLOCK_PICTURE_H
#define GRIDLOCK_PICTURE_H

#include <stdio.h>

#include "findings.h"

/* In characters, each line behind `indent`: one below the other, the way back on the right. */
void picture_text(FILE *stream, const char *indent, const struct finding *finding);

/* The finding with the ring that is to be drawn: that of a self-deadlock is of one thread. False: there is none. */
bool picture_ring(const struct finding *finding, struct finding *ring);

/* What arrows say: of the way from the thread of link `i` to what it waits for, and from there to the next thread. */
const char *picture_wait(const struct finding *finding, size_t i);
const char *picture_hold(const struct finding *finding, size_t i);

#endif
