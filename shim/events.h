/*
 * events.h: the verbs by which wrappers say what happens, and the only file that calls graph. graph judges; shim carries out.
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
/* Where a process-shared one lies. The caller holds process->lock. */
void event_lock_place(uint64_t id, const struct lock_place *place);

/* A life that is over; its class, NULL when nothing is known of it. The caller holds process->lock. */
struct lock_class *event_lock_gone(uint64_t id);
/* A lock that is used although it was destroyed: a life that only a finding names. */
uint64_t event_lock_again(struct self *self, struct lock_class *class, const void *address);

/* The thread, holding what its slot says, asks for the lock: a dependency, or a new witness of one. Afterwards `context` (the chain hash
 * of this request) is in the thread's `seen` cache. Takes foreign unlocks off the held stack first. */
void event_dependency(struct self *self, uint64_t id, uint8_t mode, uint8_t how, uint32_t stack, uint64_t context);

/* Who else holds a lock, or waits on a condition, as far as slots show it. */
struct holder {
	struct slot *slot;
	uint32_t thread, stack;
	uint8_t mode;
	uint32_t count; /* entries of all threads of this process that name the lock */
};
/* A thread of this process, other than the caller, that holds the lock; false when none is known. */
bool event_find_holder(struct self *self, uint64_t id, struct holder *holder);
/* The caller is about to unlock what `holder` holds: its entry is stale from now on. No lock taken. */
void event_post_unlock(const struct holder *holder, uint64_t id);
/* Takes the entries off the held stack that other threads have unlocked. No lock taken. */
void event_take_posted(struct self *self);

/* A misuse, with up to 4 stacks; the same one (rule, cause, class of the lock, stacks) is written once and then counted. */
struct evidence {
	enum rule rule;
	enum lock_cause cause;
	uint64_t lock;
	uint32_t count;
	struct fact_finding_stack stacks[4];
};
void event_finding(struct self *self, const struct evidence *evidence);
/* Adds a stack to the evidence; a stack of 0 (none known) is left out. */
void evidence_add(struct evidence *evidence, enum stack_label label, uint32_t thread, uint32_t stack, uint8_t mode);

/* Before a wait on a condition or for a thread: held locks that a jump went over, out of the function that took them, are leaked. Reports them;
 * from then on they are unknown. Not before a wait for another lock: the code that the jump landed in may log something, and then unlock. */
void event_report_jumped(struct self *self);
/* The thread ends: what it still holds is leaked. */
void event_thread_ends(struct self *self);
/* The process ends: what its threads hold is held-at-exit, or leaked when a jump went over it. */
void event_process_ends(struct self *self, enum end_how how, int code);

/* Clocks of segments. The caller holds process->lock. */
void event_created(struct thread_info *child, struct thread_info *parent, uint32_t stack);
void event_joined(struct thread_info *joiner, struct thread_info *target, uint32_t stack);
void event_clock_free(struct thread_info *info);

/* Around a fork: what the forking thread did and knows lies before all that the child does. The caller holds the lock. */
void event_fork_prepare(struct self *self);
void event_fork_child(struct self *self);

/* Order by what is posted and waited for (weak), by `object`'s address: what the thread did so far lies before what whoever acquires it does
 * from then on. Both cost a few loads when they bring nothing new. */
void event_release(struct self *self, const void *object, enum order_event event, struct site site);
void event_acquire(struct self *self, const void *object);
/* Barriers: what came before all arrivals of a round lies before all that comes after. The round goes from arrive to leave. */
void event_barrier_init(struct self *self, const void *barrier, uint32_t count);
uint64_t event_barrier_arrive(struct self *self, const void *barrier, struct site site);
void event_barrier_leave(struct self *self, const void *barrier, uint64_t round);
/* The object is new, or gone. From the fast path. */
void event_sync_forget(const void *object);

/* The thread begins to wait on the condition with the mutex of that number, and ends. True, with `other`: a thread that waits on it now with
 * another mutex. */
bool event_wait_with(struct self *self, const void *cond, uint64_t mutex, struct holder *other);
void event_wait_over(const void *cond, uint64_t mutex);
/* The thread got a name. */
void event_named(struct self *self, struct thread_info *info, const char *name);

#endif
