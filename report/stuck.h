/*
 * stuck.h: deadlocks as findings: those that the library saw and recorded, and those that were there when the processes of a run ended, or
 * are there now, by the slots of their threads, over all processes.
 */
#ifndef GRIDLOCK_STUCK_H
#define GRIDLOCK_STUCK_H

#include "waiters.h"

/* Every ring of waits among the threads, process-shared locks included. */
struct stuck_ring {
	size_t length;
	const uint32_t *members; /* in waiters->list; each waits for what the next one holds */
};
void stuck_rings(struct builder *builder, const struct waiters *waiters, void (*found)(void *ctx, const struct stuck_ring *ring),
		 void *ctx);

/* Calls `add` with every deadlock that the library saw in that process. */
void stuck_recorded(struct builder *builder, size_t image, uint32_t process,
		    void (*add)(struct builder *builder, const struct finding *finding));
/* And with every other one that was there when processes ended. */
void stuck_find(struct builder *builder, void (*add)(struct builder *builder, const struct finding *finding));

#endif
