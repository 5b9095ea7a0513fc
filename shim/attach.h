/*
 * attach.h: threads and processes come and go: records, slots, segments, forks.
 *
 * A thread is attached at its first wrapped call, not in pthread_create: timers, aio and thrd_create make threads that never pass there.
 * Its end is seen by a thread-specific data key, whose destructor is re-armed until the last round, for other destructors lock too.
 */
#ifndef GRIDLOCK_ATTACH_H
#define GRIDLOCK_ATTACH_H

#include <pthread.h>

#include "graph/clock.h"
#include "graph/hash.h"
#include "state.h"

/* What is known of a thread beside its record; lives until it is joined, or has ended detached. Protected by process->lock. */
struct thread_info {
	uint32_t id;
	uint32_t parent;
	uint32_t create_stack;
	uint32_t tid;
	uint32_t segment; /* the current one */
	bool is_main;
	bool used;     /* its current segment is some dependency's witness */
	uint32_t news; /* counts what others could learn of it: witnesses, and what it learned itself */
	bool detached, ended;
	uint8_t cause;	    /* enum lock_cause: how its start routine was left */
	uint32_t end_stack; /* of pthread_exit */
	const void *start;
	char name[16];
	struct clock clock; /* of the current segment */
	struct gate *gates; /* what its creator held when it created it (gates.h) */
	uint32_t gates_count, gates_room;
	uint64_t under;	   /* hash of these locks; 0: none */
	struct took *took; /* when it has ended: what it took (holding.h) */
	uint32_t took_count;
	pthread_t pthread; /* key in process's table, once known */
	UT_hash_handle hh;
};

/* The calling thread's record, new; NULL: no memory, the process is not watched, or it may be a thread that is about to begin (attach_child), in a signal
 * handler. Begins the process after a raw fork. Called with the fast path shut and no lock held. */
struct self *attach_thread(void);

/* The process begins: at start, and in a forked child, where `parent` is the serial of the process that forked (0: none). */
bool attach_process(uint32_t parent);

/* A thread that pthread_create is about to make: its info, with the creator's clock. NULL: no memory. Caller holds the lock. */
struct thread_info *attach_child_new(struct self *parent, uint32_t create_stack, const void *start);
void attach_child_drop(struct thread_info *info);
/* The new thread itself says who it is, before anything else. */
void attach_child(struct thread_info *info);
/* Around a join of `pthread`: what it did lies before the joiner's next segment, once it is joined. Caller holds the lock. */
void attach_join_begins(struct self *self, pthread_t pthread);
void attach_join_ends(struct self *self, pthread_t pthread, bool joined, uint32_t join_stack);
void attach_detached(pthread_t pthread);
/* Maybe before it has said who it is. Caller holds the lock. */
void attach_named(pthread_t pthread, const char *name);

/* The thread has come past a once: it will never wait for it. */
void attach_passed(struct self *self, const void *once);
bool attach_has_passed(const struct self *self, const void *once);

/* The thread-specific data key; false: none to be had. */
bool attach_key_make(void);
/* A thread's record and slot go back; what it held is lost. Caller holds the lock. */
void attach_release(struct self *self);

/* The handlers of pthread_atfork. */
void attach_fork_prepare(void);
void attach_fork_parent(void);
void attach_fork_child(void);

#endif
