/*
 * rowmap.h: where the calling thread finds its rows (graph/rows.h): nested contexts that differ in one lock alone, a bit each. What is not
 * new among classes of locks costs no lock and no record then, and less memory to look at than an entry for each context (known.h).
 *
 * A cache, of one segment of its thread: what is not found is recorded once more, which finds the row again.
 */
#ifndef GRIDLOCK_ROWMAP_H
#define GRIDLOCK_ROWMAP_H

#include "graph/rows.h"
#include "state.h"

/* What the row of the context is found by in which `lock` is asked for (held_what: `what`), from now on: rows_axis told the axis. 0: it can be in no row,
 * for nothing is held, or too much, or what is not known. In the slow path. */
uint64_t rowmap_key(struct self *self, uint64_t lock, uint64_t what, uint32_t axis);
/* Is it recorded in a row that `lock` is asked for, or can it be now, without a lock? Some hundred instructions. */
bool rowmap_has(struct self *self, uint64_t lock, uint64_t what);
/* Enters a row of the thread's current segment. In the slow path. Without memory it is found there again. */
void rowmap_add(struct self *self, uint64_t key, struct row *row);
/* The thread ends. */
void rowmap_end(struct self *self);

#endif
