/*
 * trace.h: writes the trace (graph/trace.h), when --witness asks for it.
 *
 * A thread that is traced takes the slow path for every event: its fast path is shut by what it compares anyway (self->direct, and marked addresses in
 * the held stack), so that a program that is not traced pays nothing.
 */
#ifndef GRIDLOCK_SHIM_TRACE_H
#define GRIDLOCK_SHIM_TRACE_H

#include "graph/trace.h"
#include "state.h"

/* The process begins: its counters. No memory: it has no trace. Caller holds process->lock, or is alone. */
void trace_process(void);
/* A thread begins to be traced, or it ends. The caller holds process->lock. */
void trace_begin(struct self *self);
void trace_end(struct self *self);

/* An event passed unseen: the trace of this process ends with what was before. Any thread. */
void trace_over(void);

/* Writes it. The thread is in the slow path; it may hold process->lock. */
void trace_write(struct self *self, uint32_t op_and_flags, uint32_t object, uint32_t stack);

INLINE bool trace_on(const struct self *self)
{
	return unlikely(self->trace != NULL);
}

/* Event of a lock: TRACE_REQUEST, TRACE_ACQUIRE; mode and how as it is asked for. */
INLINE void trace_lock(struct self *self, enum trace_op op, uint64_t lock, uint8_t mode, uint8_t how, uint32_t stack)
{
	if (trace_on(self))
		trace_write(self, op | (mode == LOCK_SHARED ? TRACE_SHARED : 0u) | (how != LOCK_BLOCKING ? TRACE_TRY : 0u), (uint32_t)lock,
			    stack);
}
INLINE void trace_release(struct self *self, uint64_t lock)
{
	if (trace_on(self))
		trace_write(self, TRACE_RELEASE, (uint32_t)lock, 0);
}
/* Event of a thread: TRACE_CREATE, TRACE_JOIN. */
INLINE void trace_thread(struct self *self, enum trace_op op, uint32_t thread, uint32_t stack)
{
	if (trace_on(self))
		trace_write(self, op, thread, stack);
}
/* Event of what threads are ordered by: TRACE_POST, TRACE_WAIT. Each round of a barrier is one of its own; 0 for others. */
void trace_order(struct self *self, enum trace_op op, const void *object, uint64_t round, uint32_t stack);

#endif
