/*
 * known.h: nested contexts that are recorded already, of all threads of the process. A thread asks here when its own `seen` cache does not have one:
 * with thousands of locks under one that is most of the time, and the slow path takes process->lock.
 *
 * An entry is what the `seen` cache keeps (held.h): the hash of a context, or that mixed with thread and segment as long as its dependency wants
 * witnesses. It is all that is compared: one new context of 2^64 / entries is taken for a known one, with a million entries one of 10^13. Numbers of
 * locks, threads and segments are never given twice, so an entry of what is gone is never asked for again. The upper bits, by which it is placed, are those of
 * the context, so that one look-up finds either.
 *
 * A cache, which may forget: what is not found is recorded once more, which changes nothing. A look-up touches two cache lines. The table doubles as
 * long as there are witnesses to fill it; entries of ended segments and locks do not make it grow, but are overwritten.
 */
#ifndef GRIDLOCK_KNOWN_H
#define GRIDLOCK_KNOWN_H

#include "state.h"

#define KNOWN_MIX_BITS 40u /* the lower ones, in which an entry with thread and segment differs from its context */

/* The one of the two entries of a context that is there, `own` before `context`; 0: neither. Any thread, no lock; some forty instructions. */
uint64_t known_find(uint64_t context, uint64_t own);
/* Enters it; `facts`: the witnesses that there are in the process, which bound the size. The caller holds process->lock. Constant time, but for
 * growing. Without memory the table stays as it is. */
void known_add(uint64_t entry, uint64_t facts);

#endif
