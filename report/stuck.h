/* stuck.h: deadlocks that were there when the processes of a run ended: from the slots of their threads, which say what each held and waited for. */
#ifndef GRIDLOCK_STUCK_H
#define GRIDLOCK_STUCK_H

#include "build.h"

/* Calls `add` with every ring of waits among all threads of the run, process-shared locks included. */
void stuck_find(struct builder *builder, void (*add)(struct builder *builder, const struct finding *finding));

#endif
