/*
 * recording.h: the format of a recording, the only contract between the library in the host and the command.
 *
 * A run is a directory. Every exec'ed process image makes one file in it, `image.PID.N`, and maps it; the children that the image
 * forks go on writing to the same mapping. The file is an array of chunks of RECORDING_CHUNK bytes. Chunk 0 is the header. Any other
 * chunk is claimed by one process with a fetch-add on header.chunks_claimed and holds facts, thread slots, who woke whom,
 * or a part of the trace (trace.h) of that process.
 *
 * A process that could make no file leaves an empty folder `unwatched.PID` in the run's, if it can.
 *
 * Facts are append-only. Each is written whole and then published by a release store of the chunk's `used`; a reader acquires `used`
 * and never looks behind it. A file may end anywhere (a crash, a full disk): a reader takes the facts that lie whole inside.
 * Integers are in the byte order of the machine, which `byte_order` tells; a reader refuses another one, and any other version.
 *
 * Numbers (locks, stacks, threads, classes, modules, dependencies) are unique in an image: they come from counters in the header, which
 * forked children share. A child starts with an empty graph, so a dependency belongs to the process that wrote it; but a lock, class,
 * stack, module or thread number that a child uses may have been described by an ancestor before the fork.
 */
#ifndef GRIDLOCK_RECORDING_H
#define GRIDLOCK_RECORDING_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define RECORDING_MAGIC	    "gridlock"
#define RECORDING_VERSION   8
#define RECORDING_ORDER	    0x01020304u
#define RECORDING_CHUNK	    65536u
#define RECORDING_UNWATCHED "unwatched."

/* How the lock is asked for or held. */
enum lock_mode { LOCK_EXCLUSIVE, LOCK_SHARED };
/* How the call waits. TIMED cannot block for ever; TRY does not block, so it never makes a link as the lock asked for. */
enum lock_how { LOCK_BLOCKING, LOCK_TIMED, LOCK_TRY };

enum lock_kind {
	KIND_UNKNOWN,
	KIND_MUTEX,
	KIND_RECURSIVE,
	KIND_ERRORCHECK,
	KIND_ADAPTIVE,
	KIND_RWLOCK,	    /* glibc's default and PREFER_WRITER: readers pass a waiting writer */
	KIND_RWLOCK_WRITER, /* PREFER_WRITER_NONRECURSIVE: readers wait behind a waiting writer */
	KIND_SPIN,
	/* What is no lock by name, but makes threads wait like one. */
	KIND_ONCE,	  /* pthread_once: held while its routine runs */
	KIND_STATIC_INIT, /* of a static variable in a C++ function */
	KIND_STREAM,	  /* flockfile */
	KIND_GLIB,	  /* GMutex */
	KIND_QT,	  /* QMutex of Qt 5 */
	KIND_OPENMP,	  /* omp_set_lock */
	KIND_CRITICAL,	  /* an OpenMP critical section */
	KIND_CUSTOM,	  /* of the program's own, by gridlock.h and the like */
	KIND_COUNT
};
/* Flags of a lock. */
enum { LOCK_ROBUST = 1, LOCK_PROCESS_SHARED = 2, LOCK_PI = 4, LOCK_REENTRANT = 8 /* of KIND_CUSTOM: its owner may take it again */ };

/* What names a class of locks (DESIGN section 5), beside the name that it may be given in the source. */
enum class_kind {
	CLASS_STATIC, /* `frame` is the address of the lock itself: module + offset */
	CLASS_INIT,   /* `stack` is the stack of its initialisation */
	CLASS_FIRST   /* `stack` is the stack of its first acquisition */
};

/* Why a lock was left locked. */
enum lock_cause { CAUSE_NONE, CAUSE_RETURN, CAUSE_PTHREAD_EXIT, CAUSE_CANCEL, CAUSE_LONGJMP, CAUSE_EXCEPTION, CAUSE_COUNT };

/* What a stack in a finding shows. */
enum stack_label {
	LABEL_ACQUIRED,	       /* the lock of the finding was acquired here */
	LABEL_WANTED,	       /* it was asked for here */
	LABEL_RELEASED,	       /* it was unlocked here (the misuse) */
	LABEL_RELEASED_BEFORE, /* it had been unlocked before, here */
	LABEL_JUMPED,	       /* longjmp was called, or the exception was thrown, here */
	LABEL_DESTROYED,       /* it was destroyed here */
	LABEL_ENDED,	       /* the thread or the process ended here */
	LABEL_FREED,	       /* the memory that holds it was freed here */
	LABEL_INITIALISED,     /* it was initialised (again) here */
	LABEL_WAITED,	       /* the condition was waited on here */
	LABEL_WAITED_OTHER,    /* and here, with another mutex */
	LABEL_FORKED,	       /* the process was forked here */
	LABEL_HANDLED,	       /* a signal handler acquired it here */
	LABEL_NEEDED,	       /* who is waited for acquired it here */
	LABEL_WOKEN,	       /* and signalled, or posted, here */
	LABEL_COUNT
};

/* What told one thread's segment of another's. Those from EVENT_SEMAPHORE on order the two in this run only: another run may take another way.
 * EVENT_END: one's process had ended when the other came; it is in no clock, the command finds it. */
enum order_event { EVENT_CREATE, EVENT_JOIN, EVENT_BARRIER, EVENT_FORK, EVENT_SEMAPHORE, EVENT_CONDITION, EVENT_ONCE, EVENT_END };
#define EVENT_IS_WEAK(event) ((event) >= EVENT_SEMAPHORE)

/* Limits, counted in the header and shown in the report by name. */
#define RECORDING_LIMITS(X)                                                                                                                \
	X(LOST_FACTS, "facts that found no room in the recording")                                                                         \
	X(LOST_MEMORY, "lock events not analysed for want of memory")                                                                      \
	X(UNSEEN, "lock events inside signal handlers that interrupted gridlock or came before their thread began")                        \
	X(WITNESSES, "further witnesses of dependencies that have 16 already")                                                             \
	X(HELD, "acquisitions under more than 384 locks, of which the outermost and the innermost 64 count")                               \
	X(ALIKE, "dependencies of rings that look just like 8 others, which are recorded")                                                 \
	X(STACKS, "stacks not kept for want of memory")                                                                                    \
	X(FRAMES, "stacks cut at 256 frames")                                                                                              \
	X(NO_SLOT, "threads not watched for want of memory")                                                                               \
	X(OVERFLOW, "held locks beyond the visible part of a thread's slot")                                                               \
	X(TRACE, "traces that end before their process: no room, no memory, or an event that passed unseen")                               \
	X(SELF_TEST, "kinds of lock whose stamp did not survive the self-test (identity=table)")
enum recording_limit {
#define X(name, text) LIMIT_##name,
	RECORDING_LIMITS(X)
#undef X
		LIMIT_COUNT
};

/* Totals of an image, for the summary. */
enum recording_total { TOTAL_LOCKS, TOTAL_THREADS, TOTAL_PROCESSES, TOTAL_DEPENDENCIES, TOTAL_EVENTS_SLOW, TOTAL_COUNT };

/* What gridlock itself costs, with --stats only: about, for a thread that is killed takes its last counts with it. In threads but for the last. */
#define RECORDING_STATS(X)                                                                                                                 \
	X(ACQUISITIONS, "acquisitions")                                                                                                    \
	X(NESTED, "nested")	  /* of these: another lock was held */                                                                    \
	X(WAITS, "waits")	  /* ... it was not free */                                                                                \
	X(CONTEXTS, "contexts")	  /* nested contexts that were new to their thread */                                                      \
	X(UNWINDS, "unwinds")	  /* stacks that were walked, for the memo did not have them */                                            \
	X(FRAMES, "frames")	  /* of these stacks */                                                                                    \
	X(CHECKED, "checked")	  /* stacks that the memo had, walked all the same */                                                      \
	X(WRONG, "wrong")	  /* ... which were others */                                                                              \
	X(SLOW, "slow")		  /* times that a thread went into the slow path */                                                        \
	X(SLOW_NSEC, "slow_nsec") /* and stayed there */                                                                                   \
	X(MEMORY, "memory_bytes") /* of processes: what was mapped in them, when they ended */
enum recording_stat {
#define X(name, text) STAT_##name,
	RECORDING_STATS(X)
#undef X
		STAT_COUNT
};

struct recording_header {
	char magic[8]; /* RECORDING_MAGIC, no NUL */
	uint32_t version;
	uint32_t byte_order;
	uint32_t chunk_size;		 /* RECORDING_CHUNK */
	uint32_t chunks_max;		 /* length of the mapping, in chunks */
	_Atomic uint32_t chunks_claimed; /* the first free chunk; starts at 1 */
	_Atomic uint32_t next_process;	 /* the next numbers to give away; all start at 1, 0 means none */
	_Atomic uint32_t next_thread;
	_Atomic uint32_t next_stack;
	_Atomic uint32_t next_module;
	_Atomic uint32_t next_class;
	_Atomic uint32_t next_dependency;
	_Atomic uint32_t next_finding;
	_Atomic uint64_t next_lock;
	_Atomic uint32_t incomplete; /* 1: gridlock switched itself off in some process; the reason is in `why` */
	char why[60];
	_Atomic uint32_t processes_live; /* started and not ended in an orderly way: who comes last may tidy up */
	_Atomic uint32_t steered;	 /* rings that steering brought together (steer.h) */
	_Atomic int32_t trace_chunks;	 /* how many more the trace may have */
	_Atomic uint32_t next_name;
	_Atomic uint64_t limits[LIMIT_COUNT];
	_Atomic uint64_t totals[TOTAL_COUNT];
	_Atomic uint64_t stats[STAT_COUNT];
};

enum chunk_kind { CHUNK_FREE, CHUNK_FACTS, CHUNK_SLOTS, CHUNK_TRACE, CHUNK_WAKERS };
struct recording_chunk {
	_Atomic uint32_t kind; /* written last when the chunk is claimed (release) */
	uint32_t process;      /* serial of the owner */
	_Atomic uint32_t used; /* FACTS, TRACE, WAKERS: bytes of what is whole behind this header. SLOTS: number of slots ever used */
	uint32_t pad;
};

/* ---- facts ---- */

enum fact_kind {
	FACT_NONE,
	FACT_PROCESS,
	FACT_END,
	FACT_MODULE,
	FACT_THREAD,
	FACT_THREAD_NAME,
	FACT_STACK,
	FACT_CLASS,
	FACT_LOCK,
	FACT_DEPENDENCY,
	FACT_WITNESS,
	FACT_SEGMENT,
	FACT_FINDING,
	FACT_GATES,
	FACT_BLOCKED,
	FACT_DEADLOCK,
	FACT_NAME,
	FACT_ORDER,
	FACT_COUNT
};

/* A frame: number of the module in the upper 16 bits (0: none is known), below it 48 bits of offset: address - module.base.
 * In stacks the address is a return address (the innermost one too: it lies behind the call of the locking function). */
typedef uint64_t frame_t;
#define FRAME_MODULE(f) ((uint32_t)((f) >> 48))
#define FRAME_OFFSET(f) ((f)&0xffffffffffffull)

struct fact {
	uint32_t size; /* bytes, this header included; a multiple of 8 */
	uint16_t kind; /* enum fact_kind */
	uint16_t flags;
};

struct fact_process { /* one for the image, one for every forked child */
	struct fact head;
	uint32_t serial;
	uint32_t pid;
	uint32_t parent; /* serial of the process that forked it, 0 for the exec'ed one */
	uint32_t ppid;
	uint64_t started; /* nanoseconds of CLOCK_REALTIME */
	char exe[];	  /* path of the executable, NUL-terminated and padded */
};

enum end_how { END_EXIT, END_UNDERSCORE_EXIT, END_DEADLOCK };
struct fact_end {
	struct fact head;
	uint32_t serial;
	uint32_t how; /* enum end_how */
	int32_t code; /* exit code, -1 unknown */
	uint32_t pad;
	uint64_t when; /* nanoseconds of CLOCK_MONOTONIC */
};

struct fact_module {
	struct fact head;
	uint32_t id;
	uint32_t build_id_size; /* bytes, 0 when there is none */
	uint64_t base;		/* load bias: offset = address - base = address in the ELF file */
	uint64_t start, end;	/* mapped range */
	uint8_t build_id[32];
	char path[]; /* NUL-terminated */
};

struct fact_thread {
	struct fact head;
	uint32_t id;	  /* unique in the image; the first thread of every process gets one of its own */
	uint32_t process; /* serial */
	uint32_t tid;
	uint32_t parent;  /* thread that created it, 0 when not seen */
	uint32_t stack;	  /* where it was created, 0 when not seen */
	uint32_t is_main; /* 1: the process's first thread */
	frame_t start;	  /* its start routine, 0 when not seen */
	uint64_t under;	  /* hash of the locks that its creator held; 0: none */
	char name[16];	  /* as in pthread_setname_np; empty when never set */
};

struct fact_thread_name { /* the name that was set later; the last one counts */
	struct fact head;
	uint32_t id;
	uint32_t pad;
	char name[16];
};

struct fact_stack {
	struct fact head;
	uint32_t id;
	uint32_t count;
	frame_t frames[]; /* innermost first; frames of libgridlock itself are left out */
};

struct fact_class {
	struct fact head;
	uint32_t id;
	uint8_t kind;	   /* enum class_kind */
	uint8_t lock_kind; /* enum lock_kind */
	uint8_t lock_flags;
	uint8_t subclass;
	uint32_t stack; /* CLASS_INIT, CLASS_FIRST */
	uint32_t name;	/* given in the source: all classes of this name and subclass are one; 0: none */
	frame_t frame;	/* CLASS_STATIC */
};

struct fact_lock { /* an instance; written when a dependency or a finding first needs it, and again when it got another name or class: the last one counts */
	struct fact head;
	uint64_t id;
	uint64_t address; /* for diagnosis only, never shown */
	uint32_t class;
	uint32_t thread; /* that initialised or first took it */
	/* Where a process-shared one lies: the same in every process that maps it. All 0 for any other lock. */
	uint64_t device, inode, offset;
	uint32_t name; /* given in the source; 0: none */
	uint32_t pad;
};

#define NAME_MAX_LENGTH 1023u
struct fact_name { /* given in the source to a lock, or to a class of them */
	struct fact head;
	uint32_t id;
	char text[]; /* NUL-terminated and padded; as long as NAME_MAX_LENGTH at most, cut anywhere */
};

struct fact_order { /* the source says: who takes both takes `before` first */
	struct fact head;
	uint32_t process; /* serial */
	uint32_t stack;	  /* where it says so; 0: not known */
	uint32_t thread;
	uint32_t pad;
	uint64_t before, after;
};

struct fact_held {
	uint64_t lock;
	uint32_t stack;
	uint8_t mode; /* enum lock_mode */
	uint8_t how;  /* enum lock_how */
	uint16_t pad;
};
/* While holding held[0..count), outermost first, a thread asked for `lock`. DEPENDENCY_CLASS: among classes, where every lock number is that
 * of a class; otherwise among instances (written when it lies in a ring of the order graph, or touches a process-shared lock).
 * DEPENDENCY_CUT: it held more locks than these. */
enum { DEPENDENCY_CLASS = 1, DEPENDENCY_CUT = 2 };
struct fact_dependency {
	struct fact head;
	uint32_t id;	  /* unique in the image, instances and classes alike */
	uint32_t process; /* serial */
	uint64_t lock;
	uint32_t stack;
	uint8_t mode;
	uint8_t how;
	uint16_t count;
	struct fact_held held[];
};

struct fact_witness { /* this thread, in this segment, did it; of instance-level dependencies only */
	struct fact head;
	uint32_t dependency;
	uint32_t thread;
	uint32_t segment;
	uint32_t pad;
	uint64_t when; /* for the first time; nanoseconds of CLOCK_MONOTONIC */
};

/* A segment of a thread that is some witness's, and what lies before it: for each thread the last of its segments that is over before
 * this one begins (a vector clock), with the event that carried the news. Twice for a thread, where weak events reach further: the strong entry
 * comes first. A segment not written has nothing before it; a long one is written in pieces, one after the other. */
struct fact_before {
	uint32_t thread;
	uint32_t segment;
	uint32_t event; /* enum order_event */
	uint32_t stack; /* of pthread_create or pthread_join */
};
struct fact_segment {
	struct fact head;
	uint32_t thread;
	uint32_t segment; /* 1, 2, 3 ... */
	uint32_t count;
	uint32_t pad;
	struct fact_before before[];
};

/* Locks that a thread's creator held from before the thread began until it had joined it: whatever the thread did was done under them. */
struct fact_gate {
	uint64_t lock;
	uint32_t hold; /* this one time that it was held; unique in the process */
	uint8_t mode;  /* enum lock_mode */
	uint8_t pad[3];
};
struct fact_gates {
	struct fact head;
	uint32_t thread;
	uint32_t count;
	struct fact_gate gates[];
};

struct fact_finding_stack {
	uint32_t label;	 /* enum stack_label */
	uint32_t thread; /* 0 when not known */
	uint32_t stack;
	uint8_t mode; /* of ACQUIRED and WANTED */
	uint8_t how;
	uint16_t pad;
};
struct fact_finding { /* a misuse; cycles are found by the command */
	struct fact head;
	uint32_t id;
	uint16_t rule;	  /* number in rules.def, from 0 */
	uint8_t cause;	  /* enum lock_cause */
	uint8_t signal;	  /* number of the signal whose handler it is about; 0: none */
	uint32_t process; /* serial */
	uint32_t thread;  /* that did it */
	uint64_t lock;
	_Atomic uint32_t count; /* how often the same one was seen; goes on counting after it was written. 0: it was taken back */
	uint32_t stacks_count;
	struct fact_finding_stack stacks[];
};

/* A deadlock that was seen: first every thread of the process that waited then, those of the ring with their place in it (1, 2 ...), any other
 * with 0; each waits for the next one of the ring. Then the deadlock itself: a finding that was cut off is none. */
enum blocked_by {
	BLOCKED_HELD,
	BLOCKED_END,
	BLOCKED_QUEUED
}; /* how it keeps the one before it: by a lock, by not ending, by standing in line */
struct fact_blocked {
	struct fact head;
	uint32_t deadlock; /* number of the finding */
	uint32_t place;
	uint32_t thread;
	uint32_t wait; /* as slot.wait_mode */
	uint64_t lock; /* as slot.wait_lock */
	uint32_t stack;
	uint32_t by;	  /* enum blocked_by; of a place in the ring */
	uint32_t by_held; /* BLOCKED_HELD: which of `held` */
	uint32_t count;
	uint64_t nsec; /* how long it has waited */
	struct fact_held held[];
};
struct fact_deadlock {
	struct fact head;
	uint32_t id;
	uint32_t process; /* serial */
	uint32_t count;	  /* of the ring */
	uint32_t pad;
};

/* ---- thread slots ---- */

/* What a thread holds and waits for. The slot *is* the top of the held stack that the hot path works on; others only read. */
struct held {
	_Atomic uint64_t lock; /* number; 0: the entry is being written or removed. Written last, cleared first */
	uint64_t address;
	uint64_t caller; /* return address of the locking call */
	uint64_t sp;	 /* frame address of the wrapper */
	uint64_t chain;	 /* hash of the held chain up to and including this entry */
	union {
		uint64_t what; /* all of it, for one store */
		struct {
			uint32_t stack;
			uint8_t mode;
			uint8_t how;
			uint8_t flags; /* HELD_* */
			uint8_t cause; /* enum lock_cause: a jump went over it */
		};
	};
	uint32_t jump_stack; /* where the jump was made */
	uint32_t hold;	     /* HELD_GATE: the number of this hold */
	uint32_t pad[2];
};
enum {
	HELD_UNKNOWN = 1,
	HELD_TAKER_ACTIVE = 2,
	HELD_SCOPED = 4,     /* given up when its frame is left, by an exception or cancellation too */
	HELD_AT_FORK = 8,    /* since before the fork that made this process */
	HELD_GATE = 32,	     /* threads were created while it was held */
	HELD_OWNER_DIED = 16 /* a robust mutex, not made consistent yet. Its address is marked HELD_SLOW */
};
/* Of held.address: that no fast path is to find the entry. No address in a program has it; a lock of the program's own may have any of the lower bits. */
#define HELD_SLOW (1ull << 63)

/* What a thread waits for that is no lock; wait_lock is the mutex of a condition, how many a barrier waits for, the number of a thread that is joined
 * (0: not known yet). */
enum wait_for { WAIT_CONDITION = 16, WAIT_SEMAPHORE, WAIT_BARRIER, WAIT_JOIN };
#define WAIT_WHAT(mode)	   ((mode)&0xff)	/* enum lock_mode or enum wait_for */
#define WAIT_HOW(mode)	   ((mode) >> 8 & 0xff) /* enum lock_how */
#define WAIT_WRITERS_FIRST (1u << 16)		/* of an rwlock where readers wait behind a waiting writer */

#define SLOT_SIZE   4096u /* slot i of a chunk lies at offset (i + 1) * SLOT_SIZE of it, on pages of its own */
#define SLOT_HELD   60
#define SLOT_POSTED 6
struct slot {
	_Atomic uint32_t state; /* 0 free, 1 attached */
	uint32_t process;	/* serial */
	uint32_t thread;
	uint32_t tid;
	_Atomic uint32_t depth;	      /* entries held; those from SLOT_HELD on are in private memory */
	uint32_t posted_lost;	      /* more foreign unlocks than `posted` holds: every entry is unknown */
	_Atomic uint32_t posted_news; /* something was put into one of these two since the owner looked. Set last, cleared first */
	uint32_t pad;
	uint64_t pad1[2];
	_Atomic uint64_t posted[SLOT_POSTED]; /* locks that other threads unlocked for this one; the owner takes them out */
	uint64_t chain_below;		      /* 0: where held[-1].chain would lie, so that the first entry is no special case */
	char name[16];
	uint64_t pad2;
	struct held held[SLOT_HELD]; /* one cache line each */
	/* What it waits for, in a line of its own: who looks does not slow a holder down that locks and unlocks. Odd `wait_sequence`: waiting. A
	 * reader trusts the rest only when it reads one and the same odd number before and after it (and after a full fence that pairs with
	 * the one of the waiter). */
	_Atomic uint64_t wait_sequence;
	_Atomic uint64_t wait_lock; /* enum wait_for tells of what else */
	_Atomic uint32_t wait_mode; /* WAIT_WHAT, WAIT_HOW, WAIT_WRITERS_FIRST */
	_Atomic uint32_t wait_stack;
	_Atomic uint64_t wait_object; /* address of the lock, condition, semaphore, barrier; pthread_t of a join */
	_Atomic uint64_t wait_since;  /* nanoseconds of CLOCK_MONOTONIC_COARSE */
	_Atomic uint64_t wait_limit;  /* how long at most, in nanoseconds; 0: for ever */
	uint32_t wait_tid;	      /* `tid` */
	uint32_t pad3;
	/* Where the thread comes from, as in fact_thread: most threads are in no finding, and have no fact. */
	frame_t start;
	uint32_t created; /* stack */
	uint32_t pad4;
	/* The only word that the launcher writes: the wait (its sequence) that is one of a deadlock over several processes, where on_deadlock says that
	 * theirs are to end. */
	_Atomic uint64_t end_asked;
};
_Static_assert(offsetof(struct slot, chain_below) == offsetof(struct slot, held) - sizeof(struct held) + offsetof(struct held, chain),
	       "the entry below the first");
_Static_assert(sizeof(struct held) == 64 && offsetof(struct slot, held) % 64 == 0, "a held entry has its cache line");
_Static_assert(offsetof(struct slot, wait_sequence) % 64 == 0 && offsetof(struct slot, wait_tid) % 64 != 0, "so has the wait");
_Static_assert(sizeof(struct slot) <= SLOT_SIZE, "a slot has its page");

/* Who has woken those that wait for a condition or semaphore: a table of a process, in which the oldest entries give way. */
struct waker {
	_Atomic uint64_t object; /* address; 0: none. Written last, cleared first */
	uint32_t thread;
	uint32_t stack;
	uint64_t when; /* counts: the order in which threads did it for the first time */
	frame_t start; /* of the thread, 0 when not seen: by then it may have ended */
};
#define WAKERS_COUNT 504u /* on four pages, the chunk's header included */

/* ---- reading (the command) ---- */

/* Checks the header of a recording of `size` bytes at `data`. Returns NULL when it can be read, else one line (static) that says why not. */
const char *recording_check(const void *data, size_t size);

struct recording_cursor {
	const uint8_t *data;
	size_t size;
	uint32_t chunk;	 /* current */
	uint32_t offset; /* behind the chunk's header */
	uint32_t torn;	 /* chunks whose last fact was cut off */
};

/* Walks over all whole facts of a checked recording, chunk by chunk. Facts of one process come in the order in which it wrote them.
 * Returns NULL at the end. *process is the owner's serial. Facts of unknown kind are passed on; the caller skips them.
 * Never reads outside [data, data + size), whatever the bytes say: each fact returned has head.size bytes inside, and at least the
 * fixed part of its kind, with counts that fit, and strings that end. */
void recording_start(struct recording_cursor *cursor, const void *data, size_t size);
const struct fact *recording_next(struct recording_cursor *cursor, uint32_t *process);

/* The same cursor over the parts of the trace (trace.h), chunk by chunk: *count events, of that process. NULL at the end. */
struct trace_event;
const struct trace_event *recording_next_trace(struct recording_cursor *cursor, uint32_t *process, uint32_t *count);

#endif
