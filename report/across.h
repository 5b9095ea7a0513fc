/*
 * across.h: rings of lock classes that only several runs make together: `cycle-across-runs`. Found by the cycle stage (graph/cycles.h) among the
 * dependencies of all runs. A ring of classes that one of the runs has as a whole, with no gate between its links, is not among them: that run judged it, among its single locks and
 * threads.
 */
#ifndef GRIDLOCK_ACROSS_H
#define GRIDLOCK_ACROSS_H

#include "merged.h"

/* Calls `add` with each. A class is of one program, unless --join-programs. In time that grows with the dependencies, and with the rings. */
void across_find(struct merged *merged, const struct options *options, void (*add)(struct builder *builder, const struct finding *finding));

#endif
