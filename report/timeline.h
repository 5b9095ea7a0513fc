/*
 * timeline.h: what each thread did with locks, event by event, as the trace has it (graph/trace.h). For the format that shows it (trace).
 */
#ifndef GRIDLOCK_TIMELINE_H
#define GRIDLOCK_TIMELINE_H

#include "findings.h"
#include "graph/hash.h"
#include "graph/trace.h"

struct builder;
struct run;
struct image;

struct timeline_thread {
	struct {
		uint64_t image, number;
	} key;
	uint64_t process;	     /* of all in the timeline, from 1: a pid may come twice */
	const struct thread *thread; /* NULL when not known */
	pid_t pid;
	const char *exe;
	/* While events are gone through. */
	uint64_t clock; /* the upper bits of its time */
	uint32_t low;	/* the lower ones of its last event */
	uint64_t nsec;	/* of its last event; 0: there was none */
	void *state;	/* the visitor's */
	UT_hash_handle hh;
};
struct timeline {
	const struct run *run;
	struct timeline_thread *threads; /* a hash, in the order in which they came */
	struct timeline_name *locks, *stacks;
	uint64_t begins, events; /* nanoseconds of CLOCK_MONOTONIC of the first one; how many there are */
};
struct timeline_event {
	struct timeline_thread *thread;
	/* Of CLOCK_MONOTONIC, in steps of 4.096 us; what one thread did within one step is set apart by a nanosecond each. */
	uint64_t nsec;
	const struct trace_event *event;
	const struct lock *lock;    /* of an event of a lock; else NULL */
	const struct thread *other; /* that is created or joined; else NULL */
	const struct stack *stack;  /* NULL when there is none */
};

/* Of everything that the builder's run holds; in the builder's memory. Linear in the events. */
struct timeline *timeline_make(struct builder *builder);
/* Calls `visit` with every event: those of one thread in their order, threads one after the other in pieces as they lie in the recordings. */
void timeline_each(struct timeline *timeline, void (*visit)(void *ctx, const struct timeline_event *event), void *ctx);

#endif
