/*
 * state.h: what the library knows of its process, and of each thread.
 *
 * Two kinds of memory. What belongs to one process lives in anonymous pages with MADV_WIPEONFORK: a child, also of a raw fork, finds
 * zeros there and begins anew: no lock word that another thread held, no slot of its parent's. What stays true across a fork (modules,
 * stacks, locks, the mapping of the recording) lives in ordinary memory (`tables`) and goes on being used.
 *
 * One lock, process->lock, protects all of both but the thread records, each of which only its own thread writes. It is a futex word;
 * it is never held while host code or libc's locking functions run, nor across fork (start.c).
 */
#ifndef GRIDLOCK_STATE_H
#define GRIDLOCK_STATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "graph/arena.h"
#include "graph/recording.h"
#include "shim.h"

#define MEMO_SIZE      1024 /* call paths seen by a thread; more of them in memory of its own (stack.c) */
#define SEEN_SIZE      1024 /* nested contexts seen by a thread */
#define MAX_FRAMES     256
#define PASSED_SIZE    64 /* onces that a thread has passed */
#define BY_TID	       1024u
#define AWAITED	       4096u
#define AXES	       1024u
#define RINGS_RECORDED 16u
#define WOKE_SIZE      16u
#define WAITED_SIZE    16u

/* A lock that a thread took, or holds: see holding.h. */
#define TOOK_SIZE 32u
struct took {
	uint64_t lock;
	uint32_t stack;
	uint32_t idle; /* how often the thread had waited by then */
	uint8_t mode;
	uint64_t tick; /* of process->tick */
};
/* What that thread did up to that tick lies behind. */
#define LEARNED_SIZE 8u
struct learned {
	uint32_t thread;
	uint64_t tick;
};

/* The stack of a call, and how to tell that a call has it: the return addresses that lie above the call's stack pointer, innermost first. Of all
 * threads, and never changed or given back (stack.h). The words lie before the rest: the hot path counts up to 0. */
struct path_word {
	int32_t offset; /* from the stack pointer, bytes */
	uint32_t value; /* the lower half of what lies there */
};
struct path {
	int32_t first;	/* word, bytes from here: below 0. Their count is even and not 0: what is missing is filled up */
	uint32_t stack; /* number */
	uint32_t taker; /* from the stack pointer to the CFA of the calling function; 0: not known */
	uint32_t words; /* without those that fill up */
};
/* By the call that it was captured at. */
struct memo {
	uint64_t key;		 /* xor `path` */
	const struct path *path; /* NULL: free */
};

/* A thread. Only its own thread touches it. */
struct self {
	struct slot *slot;     /* NULL: the fast path is shut (not attached, in the slow path, after a fork, at an end) */
	uint64_t segment_mix;  /* of the thread and its current segment, for `seen` */
	uint32_t direct;       /* held entries below this one are pushed on the fast path: SLOT_HELD; 0 when the thread is traced */
	struct slot *attached; /* its slot, also while the fast path is shut */
	bool busy;	       /* in the slow path: what a signal handler does meanwhile passes through */
	bool forking;	       /* between the two sides of fork: what other atfork handlers lock passes through, and is no loss */
	bool ended;	       /* its thread-specific data is gone: pass through for good */
	bool locked;	       /* it holds process->lock */
	uint8_t rounds;	       /* of thread-specific data destructors */
	uint8_t jumped;	       /* held entries that a jump went over, at most 255 */
	int saved_errno;
	uint64_t busy_sp; /* where the slow path was entered */
	struct thread_info *info;
	uint64_t throw_top; /* the highest frame that the last throw saw */
	uint32_t throw_stack;
	uint32_t deep_room; /* entries in `deep` */
	struct held *deep;  /* held entries from SLOT_HELD on */
	struct self *next_free;
	uint64_t ring;	      /* of waits that it is in, as it was seen last (rings.h); 0: none */
	bool look;	      /* the lock that is being taken is to be looked at: its stack is new, or a signal handler's */
	uint32_t look_direct; /* `direct`, meanwhile 0 */
	uint32_t prepared;    /* the held entry that is filled before a wait (held_push_waited) */
	uint32_t ignored;     /* the source asks us to look away, so many times (held_ignore) */
	uint64_t handler;     /* that function */
	uint64_t signals;     /* whose handler the stack captured last is inside of (signal.h); 0: of none */
	uint32_t fork_stack;  /* of the call of fork under way; 0: not by its wrapper */
	bool joins;	      /* counted in process->joins */
	bool joins_holding;   /* and in process->joins_holding */
	struct trace *trace;  /* where its events go; NULL: nowhere */
	bool counts;	      /* what it costs: stats.h */
	uint32_t unchecked;   /* acquisitions since a stack of the memo was walked all the same */
	uint64_t entered;     /* the slow path, when */
	uint64_t stats[STAT_COUNT];
	struct path handled;	     /* of the last call inside of a signal handler, or one that found no room */
	struct memo_more *memo_more; /* what `memo` has no room for; NULL: nothing yet */
	struct rowmap *rowmap;	     /* its rows: rowmap.h; NULL: none yet */
	uint32_t memo_lost;	     /* entries that had to go since it was made larger */
	uint32_t promoted;	     /* how often a path was found that could come to the front (stack.c) */
	/* While it is in a join (attach.c). */
	struct self *next_joiner;
	pthread_t join_thread;
	struct thread_info *join_info; /* NULL: nothing known of that thread yet */
	struct once_call *once;	       /* the innermost pthread_once in progress */
	uint64_t passed[PASSED_SIZE];  /* by address, open addressing; full: all are taken as passed */
	/* What the last release and acquire of a semaphore's order came to: the next one may find that it brings nothing new. */
	const void *released;
	uint32_t released_news;
	uint32_t acquired_version;
	const struct sync *acquired;
	/* What it took since when, and what it knows of others: holding.h. */
	struct took took[TOOK_SIZE];
	uint32_t took_count, took_idle, idles, learned_count;
	struct learned learned[LEARNED_SIZE];
	uint64_t woke_key; /* of its last signal */
	uint32_t woke_waits, woken_wakes;
	const void *woken, *freed;
	uint32_t freed_waits;
	uint64_t waited[WAITED_SIZE]; /* locks that it has waited for, by number */
	uint64_t woke[WOKE_SIZE];     /* what it has woken others for, by address: wakers.c */
	uint64_t seen[SEEN_SIZE];
	struct memo memo[MEMO_SIZE];
	union {
		struct fact_stack scratch; /* of the unwinder */
		char scratch_room[sizeof(struct fact_stack) + MAX_FRAMES * sizeof(frame_t)];
	};
};

/* Never NULL: &self_none before a thread is attached. Its slot is NULL, so that one test covers every reason to leave the fast path. */
extern HIDDEN __thread struct self *self_current __attribute__((tls_model("initial-exec")));
extern HIDDEN struct self self_none;
extern HIDDEN struct self self_over; /* of a thread past its end */

struct process {
	uint32_t serial;       /* 0: not begun (a fresh page: start, or a child of a raw fork) */
	_Atomic uint32_t lock; /* 0 free, 1 taken, 2 taken and waited for */
	uint32_t facts_chunk;  /* where facts go; 0: none yet */
	uint32_t slots_chunk;
	uint32_t facts_ready, slots_ready; /* bytes of those chunks that are ready to be written */
	uint32_t slots[1024];		   /* chunks of slots of this process; beyond, threads are not searched for holders */
	uint32_t slots_count;
	struct slot *free_slots; /* given back by ended threads */
	struct self *free_selves;
	_Atomic(struct slot *) by_tid[BY_TID];	 /* by the kernel's number of its thread, modulo: the last one to take the place */
	_Atomic uint8_t awaited[AWAITED];	 /* by number of lock, modulo: some thread has waited for it */
	_Atomic uint32_t joins, joins_holding;	 /* joins under way; those of them by threads that hold a lock */
	uint64_t rings_recorded[RINGS_RECORDED]; /* the last of them (rings.c) */
	uint32_t rings_next;
	struct arena arena;	       /* of what is below */
	struct thread_info *infos;     /* threads by pthread_t: created or attached, and not joined yet */
	struct self *joiners;	       /* threads that are in a join */
	struct early *early;	       /* threads that have not told their number yet (attach.c) */
	_Atomic uint32_t starting;     /* threads that were created and are not attached yet */
	struct events *events;	       /* the graph: events.c */
	_Atomic uint8_t axes[AXES];    /* of nested contexts: rowmap.h */
	_Atomic(struct known *) known; /* contexts that are in it; NULL: none yet (known.h) */
	struct sync *syncs;	       /* what threads are ordered by: segments.c */
	struct sync *free_syncs;
	uint32_t holds;		    /* numbers of holds that are gates, given so far: gates.c */
	_Atomic uint32_t *counters; /* of the trace's events, by object (trace.c). NULL: there is no trace */
	struct trace *free_traces;
	struct meeting *meetings; /* objects that threads wait for and signal with locks held: holding.c */
	_Atomic uint32_t waits_noted, wakes_noted;
	_Atomic uint64_t tick;	  /* orders what is noted there */
	struct taken *taken;	  /* locks by what signals are open where they are taken: signal.c */
	uint32_t waits_described; /* locks that are described because somebody waited for them */
	struct waker *wakers;	  /* in the recording (wakers.c); NULL: none yet */
	uint64_t wakers_count, wakers_forgotten;
	bool wakers_refused;
	uint32_t forked_locked;	 /* locks that other threads held at the fork that made this process (fork.c) */
	bool fork_pending;	 /* and it has taken no lock since */
	_Atomic bool trace_over; /* an event is missing in the trace: no more are written */
	_Atomic bool blind;	 /* an event is missing that could excuse a ring: no more dependencies are taken in (event_missing) */
};
extern HIDDEN struct process *process; /* never NULL; points to an unused static one before the start */

enum { STATE_BEFORE, STATE_ON, STATE_OFF };
extern HIDDEN _Atomic int state;	/* before the constructor; on; switched off for good */
extern HIDDEN struct arena tables;	/* survives a fork */
extern HIDDEN _Atomic bool tables_busy; /* process->lock is held; a child of a raw fork that reads true cannot trust the tables */

/* Zeroed pages, outside the host's malloc; NULL when there are none. `wipe`: a forked child finds them zeroed. */
void *state_pages(size_t size, bool wipe);
void state_pages_free(void *pages, size_t size);
/* Gives the memory of pages back, but not their addresses: they are zeroed. */
void state_pages_empty(void *pages, size_t size);
/* Bytes of them that are there now. */
uint64_t state_pages_total(void);

/* Takes process->lock; `self` may be NULL (no record yet). False: gridlock is off (the lock is not taken). A futex; a system call only when it is contended. */
bool state_lock(struct self *self);
void state_unlock(struct self *self);

/* Nanoseconds of CLOCK_MONOTONIC; from the vdso, no system call. */
uint64_t state_now(void);

/* Switches the library off for good: every wrapper forwards from now on, the recording says why. Any thread, any time. */
void state_off(const char *why);

/* Enters the slow path: the thread's record with its fast path shut, errno saved. NULL: pass through (before the start, off, a signal
 * handler inside the slow path, a thread past its end). Attaches a thread that is seen for the first time. */
struct self *self_enter(void);
void self_leave(struct self *self);

/* A wrapper found the fast path shut: attaches the thread if that is why, and returns its record; NULL: pass through. */
struct self *self_open(void);

/* Held entry number `index` of a thread, 0 the outermost; index < depth. */
static inline struct held *self_held(struct self *self, uint32_t index)
{
	return index < SLOT_HELD ? &self->attached->held[index] : &self->deep[index - SLOT_HELD];
}

#endif
