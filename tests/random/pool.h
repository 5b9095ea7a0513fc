/*
 * pool.h: locks with names of their own, which rings and misuses take for themselves. Not an array: gridlock calls all locks of an array kin.
 */
#ifndef RANDOM_POOL_H
#define RANDOM_POOL_H

#include "lock.h"

/* One that nobody has, of any kind. The caller may change kind and flags before pool_ready. */
struct lock *pool_get(enum type type, struct seed *seed);
/* Initialises it, and takes it once alone. */
void pool_ready(struct lock *lock, struct seed *seed);

#endif
