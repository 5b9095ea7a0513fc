/*
 * sites.h: the places of a finding as what reads reports in CI wants them: each step with its thread, and one place that stands for the whole.
 */
#ifndef GRIDLOCK_SITES_H
#define GRIDLOCK_SITES_H

#include "findings.h"

struct site {
	const struct thread *thread; /* NULL when not known */
	const char *does;	     /* "takes", "asks for", "waits for"; or the label of a stack: "unlocked here" */
	const struct lock *lock;     /* NULL: the label says it */
	const struct stack *stack;   /* NULL when there is none */
	int order;		     /* in a ring, how it locks up: 0, 1 ...; else -1 */
};
struct sites {
	size_t count;
	struct site *list; /* to be freed */
};
/* Of a ring what each thread takes and then asks for, thread by thread; of anything else its stacks. */
struct sites sites_of(const struct finding *finding);

/* The frame that a stack is known by: the innermost whose source is known, else the innermost. NULL: there is none. */
const struct frame *site_frame(const struct stack *stack);
/* The frame where the ring closes, or where the misuse is; NULL: none is known. */
const struct frame *site_of(const struct finding *finding);
/* The name of a thread; "an unknown thread". */
const char *site_thread(const struct thread *thread);

/* Is the finding news to who looks at CI: neither suppressed nor in the baseline? */
bool site_is_new(const struct finding *finding);

#endif
