/*
 * events.h: the verbs by which wrappers say what happens, and the file that calls graph (but for its clocks: segments.h). graph judges; shim carries out.
 *
 * Every function is called by a thread in the slow path (self_enter) and takes and releases process->lock itself, unless it says
 * otherwise. Stacks are numbers of stack.h. None of them changes what libc would answer.
 */
#ifndef GRIDLOCK_EVENTS_H
#define GRIDLOCK_EVENTS_H

#include "attach.h"
#include "graph/lock.h"
#include "libc.h"
#include "state.h"

/* rules.def's numbers. */
enum rule {
#define RULE(id, name, level, text) RULE_##id,
#include "graph/rules.def"
#undef RULE
};

/* The arena of process->arena begins; caller holds the lock. */
void event_arena_begin(void);

/* A new life of a lock; its number, 0 when there is no memory. `init_stack`: of its initialisation, 0 when it is first seen at its
 * first acquisition `first_stack`. INDEX_STATIC joins the flags of one that lies in a module. The caller holds process->lock. */
uint64_t event_lock_new(struct self *self, struct sort *sort, const void *address, uint32_t init_stack, uint32_t first_stack);
/* A lock that was nothing but declared so far (KIND_UNKNOWN) is met: what it is, as of event_lock_new. The caller holds process->lock. */
void event_lock_met(struct sort *sort, uint64_t id, const void *address, uint32_t init_stack, uint32_t first_stack);
/* What names its class; NULL: nothing is known of it. The caller holds process->lock. */
const struct lock_key *event_lock_key(uint64_t id);
/* Where a process-shared one lies. The caller holds process->lock. */
void event_lock_place(uint64_t id, const struct lock_place *place);

/* A life that is over; its class, NULL when nothing is known of it. The caller holds process->lock. */
struct lock_class *event_lock_gone(uint64_t id);
/* A lock that is used although it was destroyed: a life that only a finding names. */
uint64_t event_lock_again(struct self *self, struct lock_class *class, const void *address);

/* What the source says of locks (declare.c): a name; a class, and which part of it; that who takes both takes `before` first. Only what is known is
 * changed. They take process->lock. */
void event_name(struct self *self, uint64_t id, const char *name);
void event_class(struct self *self, uint64_t id, const char *class);
void event_subclass(struct self *self, uint64_t id, uint8_t subclass);
void event_order(struct self *self, uint64_t before, uint64_t after, uint32_t stack);

/* An event could not be taken in, for want of memory: a lock that is held, what orders two threads. What is missing may be what makes a ring
 * harmless, so this process takes in no dependency any more. Counts it (LIMIT_LOST_MEMORY). Any thread. */
void event_missing(void);
/* The same of all events of a thread that has no record (LIMIT_NO_SLOT). */
void event_unseen_thread(void);

/* Is the thread some dependency's witness now? Then it matters what lies before and after it. The caller holds process->lock. */
bool event_is_witness(uint32_t thread);

/* A thread that has ended did all it did under these locks, which its creator held (gates.h). The caller holds process->lock. */
struct gate;
void event_gates(uint32_t thread, const struct gate *gates, uint32_t count);

/* The thread, holding what its slot says, asks for the lock: a dependency, or a new witness of one. Afterwards `context` (the chain hash
 * of this request) is in the thread's `seen` cache. Takes foreign unlocks off the held stack first. */
void event_dependency(struct self *self, uint64_t id, uint8_t mode, uint8_t how, uint32_t stack, uint64_t context);

/* A misuse, with up to 4 stacks; the same one (rule, cause, class of the lock, stacks) is written once and then counted. */
struct evidence {
	enum rule rule;
	enum lock_cause cause;
	uint8_t signal; /* its number; 0: there is none */
	uint64_t lock;
	uint32_t count;
	struct fact_finding_stack stacks[4];
};
void event_finding(struct self *self, const struct evidence *evidence);
/* The same where the caller holds process->lock. Returns it, as it lies in the recording: it is taken back by a count of 0. NULL: there is no room. */
struct fact_finding *event_finding_locked(struct self *self, const struct evidence *evidence);
/* Adds a stack to the evidence; a stack of 0 (none known) is left out. */
void evidence_add(struct evidence *evidence, enum stack_label label, uint32_t thread, uint32_t stack, uint8_t mode);

/* A thread waits for the lock, which may come to nothing else: what it is called becomes a fact, for who looks at the waits from outside. The first
 * few thousand locks only; a few loads for one that the thread has waited for before. */
void event_waited(struct self *self, uint64_t id);

/* A deadlock (rings.c): a number for it; each thread that waits meanwhile; then the deadlock itself, a ring of `count` threads. The caller holds
 * process->lock. */
struct blocked {
	uint32_t deadlock;
	uint32_t place; /* in the ring, from 1; 0: it is not in it */
	enum blocked_by by;
	uint32_t by_held; /* BLOCKED_HELD: which entry of its slot */
	const struct slot *slot;
};
uint32_t event_deadlock_new(void);
void event_blocked(const struct blocked *blocked);
void event_deadlock(uint32_t number, uint32_t count);

/* Before a wait on a condition or for a thread: held locks that a jump went over, out of the function that took them, are leaked. Reports them;
 * from then on they are unknown. Not before a wait for another lock: the code that the jump landed in may log something, and then unlock. */
void event_report_jumped(struct self *self);
/* The thread ends: what it still holds is leaked. */
void event_thread_ends(struct self *self);
/* The process ends: what its threads hold is held-at-exit, or leaked when a jump went over it. */
void event_process_ends(struct self *self, enum end_how how, int code);

/* The thread is traced: it becomes a fact. The caller holds process->lock. */
void event_traced(struct thread_info *info);
/* The thread, by number, becomes a fact, if it is known in this process. The caller holds process->lock. */
void event_thread_fact(uint32_t number);
/* The thread got a name. The caller holds process->lock. */
void event_named(struct thread_info *info, const char *name);

#endif
