/*
 * sink.h: the recording's file, mapped: where facts and slots go (graph/recording.h).
 *
 * One file for the image and the children that it forks, mapped a window at a time. No descriptor stays open. Pages are made ready chunk by
 * chunk: the first ones at start; a later chunk costs a system call or two. When one fails the process asks for no more: what it has to say
 * from then on is lost, counted, and the host goes on.
 */
#ifndef GRIDLOCK_SINK_H
#define GRIDLOCK_SINK_H

#include <stdbool.h>

#include "graph/lock.h"
#include "graph/recording.h"

extern struct recording_header *sink_header; /* NULL: no recording */
extern struct fact_sink sink;		     /* for graph: sink_append */
extern char sink_directory[2048];	     /* of the run */
extern char sink_image[32];		     /* name of the image's file in it */
extern bool sink_private;		     /* we made the directory ourselves */

/* Makes the image's file in the directory `record` (one of our own when that is empty) and maps it. False: there is no recording. */
bool sink_open(const char *record);
/* Nothing will be recorded. In the launcher's folder something says so: the recording itself, or an entry RECORDING_UNWATCHED. A folder of our
 * own is removed. False: nothing is left that says it. */
bool sink_abandon(const char *why);

/* Appends a copy of `fact` and publishes it. The caller holds process->lock. Returns it where it lies, or NULL: no room, counted. */
struct fact *sink_append(const struct fact *fact);

/* Makes the rest of the current chunk of facts ready: no system call while it lasts. The caller holds process->lock. */
void sink_reserve(void);

/* A chunk for the trace, of which *ready bytes are ready to be written: the next one in the file. NULL: there is to be no more of a trace, for
 * the facts need room too. The caller holds process->lock. */
struct recording_chunk *sink_trace_new(uint32_t *ready);
/* Makes its first `end` bytes ready. By the thread that writes to it. */
bool sink_trace_grow(struct recording_chunk *chunk, uint32_t *ready, uint32_t end);

/* A table of WAKERS_COUNT wakers for this process, all free; NULL: no room. The caller holds process->lock. */
struct waker *sink_wakers_new(void);

/* A slot for a thread of this process, zeroed but for `process`; the caller holds process->lock. NULL: no room, counted. */
struct slot *sink_slot_new(void);
void sink_slot_free(struct slot *slot);
/* The slots of this process one after the other, free ones too, from NULL to NULL; the caller holds process->lock. */
struct slot *sink_slot_next(struct slot *slot);

/* Counts a limit that was hit, or something into the totals. Any thread, async-signal-safe. */
void sink_limit(enum recording_limit limit);
void sink_total(enum recording_total total);
void sink_stat(enum recording_stat stat, uint64_t more);

/* Notes in the recording why it is incomplete. Any thread, async-signal-safe. */
void sink_incomplete(const char *why);

/* Gives the memory behind the last used chunk's facts back; called by the last process of the image at its end. */
void sink_trim(void);

#endif
