/*
 * trace.h: the trace: every acquisition, release and order event of every thread, for --witness. 16 bytes an event.
 *
 * Events lie in chunks of the recording (CHUNK_TRACE), those of one thread in the order of its program. The order among threads is told by
 * `sequence`: of two events with one object it says which came first, for it is taken while the lock is held, or before what it tells of can be
 * seen by others. So it is total for a lock, and nothing is said of events that nothing orders.
 *
 * The trace of a process is a prefix of what it did: it ends, for all its threads, with the first event that could not be written.
 */
#ifndef GRIDLOCK_TRACE_H
#define GRIDLOCK_TRACE_H

#include <stdint.h>

enum trace_op {
	TRACE_NONE,
	TRACE_THREAD,  /* what follows in this chunk is of thread `object`; `sequence`: the upper 32 bits of its `time` */
	TRACE_REQUEST, /* lock `object` is not to be had at once: it waits. What follows may be anything: it may have a time limit */
	TRACE_ACQUIRE, /* it has lock `object` */
	TRACE_RELEASE, /* it is about to let go of lock `object`; that of another thread, perhaps */
	TRACE_CREATE,  /* it is about to create thread `object` */
	TRACE_JOIN,    /* it has joined thread `object` */
	TRACE_POST, /* it is about to let those go on who wait for `object`, a hash: a semaphore, a condition, a round of a barrier, a once */
	TRACE_WAIT, /* it goes on after such a wait, perhaps by what was posted before */
	TRACE_COUNT
};
/* Of a request or acquisition: as a reader; by a try or with a time limit: it would have gone on without. */
enum { TRACE_SHARED = 0x40, TRACE_TRY = 0x80 };

struct trace_event {
	uint32_t object;   /* number of a lock or thread, or a hash */
	uint32_t time;	   /* in units of TRACE_TIME_SHIFT, the lower 32 bits: up to five hours */
	uint32_t sequence; /* grows with every event of one object, with gaps */
	uint32_t what;	   /* stack << 8 | flags | enum trace_op */
};
_Static_assert(sizeof(struct trace_event) == 16, "16 bytes an event");

#define TRACE_TIME_SHIFT      12 /* 4.096 us of CLOCK_MONOTONIC */
#define TRACE_STACK_MAX	      0xffffffu
#define TRACE_OP(event)	      ((event)->what & 0x3f)
#define TRACE_IS(event, flag) (((event)->what & (flag)) != 0)
#define TRACE_STACK(event)    ((event)->what >> 8)

#endif
