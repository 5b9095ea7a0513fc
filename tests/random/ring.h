/*
 * ring.h: locks taken in a ring, by threads that do so one after the other. Most rings cannot come to a deadlock, and a rule says why; one
 * that can is planted.
 *
 * Turns are handed over by a flag that is polled: nothing that gridlock takes for an order. Ring locks are taken under ranked ones by one
 * side at most (else these were gates), and nothing but ring locks is taken under them, so that no ring exists beside the intended one.
 */
#ifndef RANDOM_RING_H
#define RANDOM_RING_H

#include "actor.h"

/* Plans a harmless ring; or the one to be found. Says what to expect of it. */
void ring_plan_harmless(struct seed *seed);
void ring_plan_real(struct seed *seed);

/* Both by main. Threads of all planned rings run between the two. */
void ring_start_all(struct actor *main);
void ring_join_all(struct actor *main);

#endif
