/*
 * mapping.h: which file, or shared anonymous memory, an address is mapped from: by it a process-shared lock is the same one in every process.
 */
#ifndef GRIDLOCK_MAPPING_H
#define GRIDLOCK_MAPPING_H

#include "graph/lock.h"
#include "state.h"

/* Reads /proc/self/maps. False: not a shared mapping, or not to be told (no /proc). The thread is in the slow path and holds no lock; its scratch
 * is used. Three system calls and more; once for each process-shared lock. */
bool mapping_find(struct self *self, const void *address, struct lock_place *place);

#endif
