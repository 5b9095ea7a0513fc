/*
 * history.h: the trace of one process (trace.h), indexed: who came before whom at each lock, and where each critical section ends.
 *
 * Pure data; memory from the arena; not thread-safe. Whatever the events say, nothing here reads outside of them.
 */
#ifndef GRIDLOCK_HISTORY_H
#define GRIDLOCK_HISTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "trace.h"

#define HISTORY_NONE UINT32_MAX

/* What one thread did, in the order of its program. */
struct history_thread {
	uint32_t number;
	uint32_t count;
	const struct trace_event *events; /* no TRACE_THREAD among them */
	uint32_t first;			  /* number of its first event, among all (history_find fills it) */
	uint32_t creator, created;	  /* the thread (index) and its event that created it; HISTORY_NONE: not in the trace */
};
/* A lock, or something that is posted and waited for. */
struct history_object {
	uint32_t number;
	bool is_lock;
	bool unbalanced; /* it was released by who did not take it: nothing is said of its sections but their order */
	uint32_t first;	 /* its events are order[first .. first + count), as they came one after the other; and in by_thread */
	uint32_t count;
};
/* What there is to know of an event where a list is gone through: the event itself lies far away. */
enum history_does { DOES_NOTHING, DOES_TAKE, DOES_RELEASE, DOES_RELEASE_SHARED, DOES_POST };
struct history_entry {
	uint32_t thread; /* index */
	uint32_t event : 29;
	uint32_t does : 3; /* enum history_does */
};
#define HISTORY_EVENTS_MAX ((1u << 29) - 1) /* of all threads */
struct history {
	struct arena *arena;
	struct history_thread *threads;
	uint32_t threads_count;
	uint32_t events_count;
	struct history_object *objects;
	uint32_t objects_count;
	/* By event number. */
	uint32_t *owner;    /* index of its thread */
	uint32_t *object;   /* index of its object; HISTORY_NONE: it has none */
	uint32_t *position; /* its place among its object's events */
	/* Index in the thread. Of an acquisition: where the section ends (HISTORY_NONE: not in the trace); of a release: where it began. Of an
	 * acquisition of what the thread has already, and its release: the event itself. */
	uint32_t *match;
	struct history_entry *order; /* object by object */
	uint32_t *by_thread;	     /* event numbers, object by object, those of one object thread by thread */
	void *by_number, *by_lock;   /* threads and objects */
};

/* Indexes the trace. `threads`, sorted by number, none twice, are used. NULL: no memory, or more than HISTORY_EVENTS_MAX events. Cost: linear, but for sorting the
 * events of each object by their sequence. */
struct history *history_new(struct history_thread *threads, size_t count, struct arena *arena);

/* Index of the thread of that number, of the object for that lock; HISTORY_NONE: there is none. */
uint32_t history_thread(const struct history *history, uint32_t number);
uint32_t history_lock(const struct history *history, uint32_t number);

static inline const struct trace_event *history_event(const struct history *history, uint32_t thread, uint32_t index)
{
	return &history->threads[thread].events[index];
}
static inline bool trace_is_acquire(const struct trace_event *event)
{
	return TRACE_OP(event) == TRACE_ACQUIRE;
}
static inline bool trace_is_request(const struct trace_event *event)
{
	return TRACE_OP(event) == TRACE_REQUEST;
}
static inline bool trace_is_of_lock(const struct trace_event *event)
{
	return trace_is_acquire(event) || trace_is_request(event) || TRACE_OP(event) == TRACE_RELEASE;
}
static inline bool trace_is_of_order(const struct trace_event *event)
{
	return TRACE_OP(event) == TRACE_POST || TRACE_OP(event) == TRACE_WAIT;
}

#endif
