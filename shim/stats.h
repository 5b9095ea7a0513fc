/*
 * stats.h: what gridlock itself costs, counted when --stats asks for it (graph/recording.h, RECORDING_STATS).
 *
 * The slow path counts always, in the thread's record: that costs nothing that could be measured. The hot path never does. Where --stats is given,
 * a thread's pushes leave it (self->direct is 0) to be counted and then go on as they would have.
 *
 * Counts are added to the recording when a thread goes out of the slow path, and now and then.
 */
#ifndef GRIDLOCK_STATS_H
#define GRIDLOCK_STATS_H

#include "held.h"

/* A thread begins, or ends; trace_begin comes before. The caller holds process->lock. */
void stats_begin(struct self *self);
void stats_end(struct self *self);
/* The process ends, by the calling thread. */
void stats_process_ends(struct self *self);

/* The thread, which counts, goes into the slow path, or out of it. */
void stats_enter(struct self *self);
void stats_leave(struct self *self);

/* A push of a thread that counts. True: it was one for the fast path, and is done. */
bool stats_push(struct self *self, uint64_t lock, const void *address, uint64_t mode_and_how, struct site site);

#endif
