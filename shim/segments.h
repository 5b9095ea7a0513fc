/*
 * segments.h: what lies before what: the vector clocks of threads' segments (graph/clock.h), and what carries them from thread to thread.
 *
 * The caller is in the slow path (self_enter). A segment that is no dependency's witness is nobody's news, and costs nothing.
 */
#ifndef GRIDLOCK_SEGMENTS_H
#define GRIDLOCK_SEGMENTS_H

#include "attach.h"
#include "state.h"

/* Threads come and go. The caller holds process->lock. */
void segment_created(struct thread_info *child, struct thread_info *parent, uint32_t stack);
void segment_joined(struct thread_info *joiner, struct thread_info *target, uint32_t stack);
void segment_clock_free(struct thread_info *info);

/* Around a fork: what the forking thread did and knows lies before all that the child does. The caller holds the lock. */
void segment_fork_prepare(struct self *self);
void segment_fork_child(struct self *self);

/* Order by what is posted and waited for (weak), by `object`'s address: what the thread did so far lies before what whoever acquires it does
 * from then on. Both cost a few loads when they bring nothing new. */
void segment_release(struct self *self, const void *object, enum order_event event, struct site site);
void segment_acquire(struct self *self, const void *object);
/* Barriers: what came before all arrivals of a round lies before all that comes after. The round goes from arrive to leave. */
void segment_barrier_init(struct self *self, const void *barrier, uint32_t count);
uint64_t segment_barrier_arrive(struct self *self, const void *barrier, struct site site);
void segment_barrier_leave(struct self *self, const void *barrier, uint64_t round);
/* The object is new, or gone. From the fast path. */
void segment_forget(const void *object);

#endif
