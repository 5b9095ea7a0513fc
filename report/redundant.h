/* redundant.h: redundant-lock, from the trace of a process (graph/redundant.h). */
#ifndef GRIDLOCK_REPORT_REDUNDANT_H
#define GRIDLOCK_REPORT_REDUNDANT_H

#include "ring.h"

/* Calls `add` with each lock that protects nothing. Of locks that one place in the source makes, all must: a lock that belongs to each of many
 * objects is not in the way where it happens to be taken under one and the same other only. */
void redundant_tell(struct judge *judge, struct owner owner, void (*add)(struct builder *builder, const struct finding *finding));

#endif
