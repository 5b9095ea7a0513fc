/*
 * gates.h: locks that a thread holds from before it creates another one until it has joined it: what the other does in between is done under
 * them too, and kept apart from what is done by who takes them (DESIGN section 6).
 */
#ifndef GRIDLOCK_GATES_H
#define GRIDLOCK_GATES_H

#include "attach.h"

/* One of them. */
struct gate {
	uint64_t lock; /* number */
	uint32_t hold; /* of this one time that the creator holds it: HELD_GATE */
	uint8_t mode;
};

/* Notes in the child what its creator, the calling thread, holds. Caller holds process->lock. O(held locks). */
void gates_created(struct self *creator, struct thread_info *child);
/* The child is joined: what its creator, if it is the calling thread, has held all the time becomes a fact. Caller holds process->lock.
 * O(held locks x held locks). */
void gates_joined(struct self *joiner, const struct thread_info *child);
/* The noted ones go. */
void gates_free(struct thread_info *info);

#endif
