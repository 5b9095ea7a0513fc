/*
 * cycles.h: the cycle stage: from dependencies to judged cycles (DESIGN section 6).
 *
 *   reduce    drop dependencies that cannot be in any cycle (their held locks are asked for by none, or their lock is held by none), to a fixpoint
 *   components of what is left, strongly connected (Tarjan 1972, with an explicit stack)
 *   enumerate elementary cycles of (held lock -> lock asked for) links inside each component, shortest first, bounded
 *   classify  by the first rule that matches (classify.h)
 *   group     one result per set of code locations, with a count; the worst class of the group stands for it
 *
 * In a cycle every link's lock is another one, but for a reader who reads again, behind a waiting writer: a cycle of one link; the held sets of two links do not have to be disjoint (a common one is a gate).
 * Pure data; memory from the arena; not thread-safe. Reads its input, changes nothing of it.
 */
#ifndef GRIDLOCK_CYCLES_H
#define GRIDLOCK_CYCLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "recording.h"

struct cycles_held {
	uint64_t lock;
	uint32_t stack;
	uint8_t mode; /* enum lock_mode */
	uint8_t how;  /* enum lock_how */
};
struct cycles_witness {
	uint32_t thread;
	uint32_t segment;
	uint64_t when; /* for `before` alone */
};
struct cycles_dependency {
	uint64_t lock; /* asked for */
	uint32_t stack;
	uint8_t mode, how;
	bool writer_preferring; /* the lock is a rwlock that makes readers wait behind a waiting writer, of whom there are requests here, with
				   nothing held too; and the held set may have the lock itself: read again */
	bool cut;		/* more locks were held than these: any may have been among them */
	uint32_t held_count;
	const struct cycles_held *held; /* outermost first */
	uint32_t witness_count;
	const struct cycles_witness *witnesses; /* none: nothing is known of threads; taken as an unknown thread of its own */
};
/* A lock that a thread's creator held from before the thread began until it had joined it. */
struct cycles_gate {
	uint64_t lock;
	uint64_t hold; /* this one time that it was held; another one, another number */
	uint32_t creator;
	uint8_t mode;
};
struct cycle;
struct cycles_input {
	const struct cycles_dependency *dependencies;
	size_t count;
	/* The code location of a stack: stacks of one location get one number. Used to group. NULL: the stack's number. */
	uint64_t (*location)(void *ctx, uint32_t stack);
	/* Is the segment `a` over before `b` begins? Then *event is filled for the report: a strong event where there is one. NULL: nothing is ordered. */
	bool (*before)(void *ctx, struct cycles_witness a, struct cycles_witness b, struct fact_before *event);
	/* The thread's gates, *count of them. NULL: no thread has any. */
	const struct cycles_gate *(*gates)(void *ctx, uint32_t thread, size_t *count);
	/* Do the threads never stand at their links at once, for another reason? `weakly`: by weak events too. Fills `histories` and event_links.
	 * NULL: nothing is known. */
	bool (*excluded)(void *ctx, struct cycle *cycle, bool weakly);
	struct classify_writers *writers; /* cycles_find's own */
	void *ctx;
	uint32_t max_length; /* longest ring looked for, 0: 8 */
	size_t max_cycles;   /* most elementary cycles enumerated in all, 0: 100000 */
};

struct cycles_link {
	uint32_t dependency;	       /* index into the input */
	uint32_t held;		       /* index into its held: the lock that the ring came from */
	struct cycles_witness witness; /* the one chosen for this link */
};
struct cycle {
	struct cycle *next;
	int rule; /* number in rules.def */
	uint32_t length;
	uint64_t count; /* cycles at the same code locations */
	/* the reason, by rule */
	uint64_t gate;		/* cycle-gated: the lock; 0: one that may have been held, by a link that is cut */
	uint32_t gate_links[2]; /* and the two links that hold it */
	bool gate_inherited;	/* the first one's thread by its creator */
	uint32_t why_link;	/* cycle-compatible, cycle-bounded, lock-order-cycle by reader-behind-writer: the link */
	bool reader_behind_writer;
	uint32_t writer; /* that: the dependency of who writes in between, and who he is */
	struct cycles_witness writer_witness;
	struct fact_before event; /* cycle-ordered, cycle-weakly-ordered */
	uint32_t event_links[2];  /* the same: first one is over before the second begins. cycle-excluded: the two links */
	bool histories;		  /* cycle-excluded: by the acquisition histories of these two */
	bool forced;		  /* cycle-weakly-ordered: by weak events and the order of critical sections together; no event is named */
	struct cycles_link links[]; /* link i asks for the lock that link i + 1 (mod length) holds */
};
struct cycles_result {
	struct cycle *cycles; /* errors first, then by length, then in the order of the input: the same input gives the same list */
	uint64_t enumerated;
	uint64_t looked; /* for tests: edges that the enumeration looked at */
	bool bounded;	 /* max_cycles or max_length cut the search short: there may be more */
	bool no_memory;	 /* incomplete for want of memory */
};

/* Does who asks to read the lock read it already? Then *held is its place in the held set. */
bool cycles_reads_again(const struct cycles_dependency *dependency, uint32_t *held);

/* Finds and judges all cycles of the input. The result lives in `arena`. Cost: reduction and components linear in links; enumeration
 * linear in links per cycle found, and for each lock those links that lie within half of max_length of it. */
struct cycles_result cycles_find(const struct cycles_input *input, struct arena *arena);

#endif
