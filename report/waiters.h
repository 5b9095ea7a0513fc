/*
 * waiters.h: threads as their slots show them: what each holds, and waits for; and the same of a deadlock that the library has seen and
 * recorded. Both are put as facts of the same kind, so that whatever reads them need not ask where they come from.
 */
#ifndef GRIDLOCK_WAITERS_H
#define GRIDLOCK_WAITERS_H

#include "build.h"

/* fact_blocked.wait of a thread that does not wait. */
#define WAIT_NOTHING 255u

struct waiter {
	size_t image;	   /* in the run */
	uint32_t process;  /* serial */
	uint64_t sequence; /* another wait has another one */
	uint32_t tid;
	uint64_t object; /* slot.wait_object */
	char name[17];	 /* as the slot knows it; empty: none */
	frame_t start;
	uint32_t created;
	const struct slot *slot; /* in the copy of the recording; NULL: it comes from elsewhere */
	const struct fact_blocked *state;
};
struct waiters {
	size_t count;
	struct waiter *list;
	void **owned; /* states that were made here */
	size_t owned_count;
};

enum waiters_of { WAITERS_LIVE, WAITERS_DEAD };
/* Threads of the run's processes that still run, or of those that have ended with threads attached (killed; theirs were all read at one moment). What a
 * thread is not known to hold (unknown, or unlocked by another one) is left out. */
struct waiters waiters_read(const struct run *run, enum waiters_of which);
/* Those of a deadlock that is recorded in that image. */
struct waiters waiters_of_deadlock(const struct run *run, size_t image, const struct fact_deadlock *deadlock);
/* Adds one, as it was at that time of CLOCK_MONOTONIC; `slot` is not kept. A free one is passed over. */
void waiters_add_slot(struct waiters *waiters, size_t image, const struct slot *slot, uint64_t now);
void waiters_free(struct waiters *waiters);

/* Does the process run? */
bool process_runs(const struct image *image, uint32_t serial);
/* The thread, by what is known of it: its facts, else its slot. */
const struct thread *waiter_thread(struct builder *builder, const struct waiter *waiter);

#endif
