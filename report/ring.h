/*
 * ring.h: what the judging of cycles works on (judge.c), and how a cycle becomes a finding (ring.c).
 */
#ifndef GRIDLOCK_RING_H
#define GRIDLOCK_RING_H

#include "build.h"
#include "graph/cycles.h"
#include "graph/hash.h"
#include "graph/history.h"

/* Whose number: numbers are given away by images, and a forked child's private locks are not its parent's. */
struct owner {
	size_t image; /* index in the run */
	uint32_t process;
};
/* A lock, as one in the whole input: private ones by their owner and number, process-shared ones by where they lie. */
struct judge_lock {
	struct {
		uint64_t a, b, c, d;
	} key;
	uint64_t index; /* its number in the cycle stage: from 1 */
	struct owner owner;
	uint64_t number;
	UT_hash_handle hh;
};
struct judge_thread {
	struct {
		uint64_t image, number;
	} key;
	uint32_t index; /* its number in the cycle stage: from 1 */
	uint32_t process;
	bool gates_known;
	const struct cycles_gate *gates;
	size_t gates_count;
	UT_hash_handle hh;
};
/* A lock taken at a stack. The cycle stage knows these by their place in the list, wherever it says "stack". */
struct site {
	uint32_t stack;
	const struct judge_lock *lock; /* and whose stack it is */
	struct owner owner;
	uint64_t location; /* 0: not looked up yet */
};
struct judge {
	struct builder *builder;
	bool several;			    /* processes at once */
	bool by_class;			    /* locks are classes */
	const struct fact_order **declared; /* dependencies from `declared_from` on are these orders; NULL: there are none */
	size_t declared_from;
	struct declared_told *declared_told; /* what was told already */
	bool traced;			     /* the trace was looked for */
	struct history *history;	     /* NULL: there is none */
	uint32_t exclusions;		     /* rings that were looked at for one */
	struct arena arena;		     /* until the input is judged */
	struct cycles_dependency *dependencies;
	struct owner *owners; /* of the dependencies */
	struct judge_lock *locks;
	const struct judge_lock **by_index;
	size_t locks_count, locks_room;
	struct judge_thread *threads;
	struct judge_thread **thread_by_index;
	size_t threads_count, threads_room;
	struct site *sites;
	size_t count, room, sites_count, sites_room;
};

/* The cycle as a finding. */
struct finding ring_finding(struct judge *judge, const struct cycle *cycle);

/* ---- orders that the source declares (declared.c) ---- */

/* Is the cycle, with a link that is one, against it? The thread that does it by itself always is; several that do it together are where they could all be on their
 * way at once, and so wait for each other and for one that keeps to it. Orders alone, which contradict each other, are not. Of cycles with the same links of threads
 * only the first one, which is the shortest, counts. */
bool declared_counts(struct judge *judge, const struct cycle *cycle);
struct finding declared_finding(struct judge *judge, const struct cycle *cycle);
/* A link as threads and stacks for people (ring.c). */
struct link ring_link(struct judge *judge, const struct cycles_link *from);

/* ---- the trace of the process that is judged (ring_trace.c) ---- */

/* Every event, indexed. NULL: there is no trace, or it is no single process. */
struct history *ring_history(struct judge *judge, struct owner owner);
/* Is nothing missing in it? */
bool ring_history_is_whole(const struct judge *judge, struct owner owner);
/* cycles_input.excluded. */
bool ring_excluded(void *ctx, struct cycle *cycle, bool weakly);
/* Looks for a witness of an error; NULL: it is none, or there is no trace. */
const struct witnessed *ring_witness(struct judge *judge, const struct cycle *cycle);

#endif
