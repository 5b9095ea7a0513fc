/*
 * witness.h: the trace of a process, and what it says of a cycle: the steps that lead to the deadlock, or what is in the way of them.
 */
#ifndef GRIDLOCK_REPORT_WITNESS_H
#define GRIDLOCK_REPORT_WITNESS_H

#include "build.h"
#include "graph/witness.h"

/* The trace of that process of the image, indexed. Lives in `arena`. NULL: there is none. */
struct history *witness_history(const struct image *image, uint32_t process, struct arena *arena);

/* Looks for a witness of the cycle with these links, among the numbers of the builder's image. */
const struct witnessed *witness_tell(struct builder *builder, struct history *history, const struct places_link *links, uint32_t count);
/* None was looked for. */
const struct witnessed *witness_none(struct builder *builder, const char *why);

#endif
