/*
 * findings.h: the result of a run, ready for people: what every output format reads, and nothing else.
 * Built once by findings_build from the recordings of a run; read-only afterwards but for `suppressed`, `baseline` and remarks. Strings and arrays belong to it.
 */
#ifndef GRIDLOCK_FINDINGS_H
#define GRIDLOCK_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "graph/recording.h"

enum level { LEVEL_OFF, LEVEL_NOTE, LEVEL_WARNING, LEVEL_ERROR };

struct rule {
	const char *name;
	enum level level; /* default */
	const char *meaning;
};
extern const struct rule rules[]; /* by number, from graph/rules.def */
extern const size_t rules_count;
/* The rule of that name, or -1. */
int rule_find(const char *name);
const char *level_name(enum level level);
/* The level of that name ("off", "note", "warning", "error"), or -1. */
int level_find(const char *name);

struct frame {
	const char *function; /* demangled; "??" when not known */
	const char *file;     /* NULL when not known */
	unsigned line;	      /* 0 when not known */
	const char *module;   /* path */
	uint64_t offset;      /* in the module's file; the call, not the return address */
	uint64_t place;	      /* where in the function, as content.h has it: the same in every build of the same source; 0: not known */
	bool inlined;	      /* into the next frame */
};
struct stack {
	size_t count;
	const struct frame
		*frames; /* innermost first; trimmed: no frame of pthreads, of the C++ library's lock classes or of gridlock on top */
};
struct thread {
	uint32_t id;		     /* number in the report: 1, 2, 3 ... in order of creation, unique in the run */
	const char *name;	     /* "main", the name that was set, else the start routine, else "thread 7" */
	const struct stack *created; /* NULL when not seen */
	pid_t pid, tid;
};
struct lock {
	const char *id;		     /* stable in the report: "L1" ... */
	const char *name;	     /* given in the source, or symbol, or "mutex #17 (init at pool.c:42)"; never an address */
	const char *class_name;	     /* given in the source, "/1" behind it where a subclass is; NULL: none */
	const char *kind;	     /* "mutex", "recursive mutex", "rwlock", ... */
	const struct stack *created; /* where it was initialised, or first taken; NULL for a static lock */
	const char *created_how;     /* "initialised", "first taken" or NULL */
	uint64_t offset;	     /* of a static lock, in its module; else 0 */
	uint64_t kin;		     /* the same for locks that one place in the source makes: findings are grouped by it */
	uint64_t content;	     /* the same for its class in any run of any build (content.h) */
};
struct acquisition {
	const struct lock *lock;
	const char *mode; /* "exclusive" or "shared" */
	const char *how;  /* "blocking", "timed" or "try" */
	const struct stack *stack;
};
/* A run of a file that has several. */
struct origin {
	const char *id;	   /* 16 hex digits */
	const char *about; /* "server, sh, 2026-11-27 20:46:24 UTC" */
};
/* How a thread of a ring keeps the one before it: by a lock; by not ending, for it is joined; or by standing in line before it. */
enum link_by { LINK_LOCK, LINK_END, LINK_QUEUE };
struct link { /* a thread that holds one lock and wants the next */
	enum link_by by;
	const struct thread *thread; /* NULL when not known */
	struct acquisition held, wanted;
	size_t runs_count; /* of cycle-across-runs: those that have the link */
	const struct origin *const *runs;
};
struct labelled_stack {
	const char *label;	     /* "acquired here", "unlocked here", ... */
	const struct thread *thread; /* NULL when not known */
	const struct stack *stack;
};
/* A thread that waits, or stood somewhere, when a deadlock was seen or a process looked at. */
struct blocked {
	const struct thread *thread;
	bool in_ring;
	const char *waits;	     /* "waits for `L`", "waits on a condition, with `M`", "runs" ... */
	const struct lock *lock;     /* that it waits for; NULL: it is none */
	const struct thread *holder; /* of it, or the thread that is joined; NULL: none that is known */
	const struct stack *taken;   /* where the holder took it */
	uint64_t msec;		     /* for how long so far; 0: not known */
	const struct stack *stack;   /* NULL when there is none */
	size_t held_count;
	struct acquisition *held;
};
/* One thing that a thread does in a witness. */
struct witness_step {
	const struct thread *thread; /* NULL when not known */
	uint64_t before;	     /* lock events that it does first, not listed */
	const char *does;	     /* "takes", "releases", "creates" ..., "waits for" */
	const char *what;	     /* name of the lock or thread; NULL: of none */
	const struct thread *holder; /* who has what it waits for; NULL: it does not wait */
	const struct stack *stack;   /* NULL when there is none */
};
/* A schedule of what the trace has that ends in the deadlock (graph/witness.h), or that there is none. */
struct witnessed {
	const char *kind;  /* "strong", "plain", or NULL: none was found */
	const char *why;   /* what the schedule keeps; or what was in the way */
	uint64_t left_out; /* steps before the first one here */
	size_t steps_count;
	struct witness_step *steps;
};
/* Against --baseline. */
enum standing { BASELINE_NONE, BASELINE_NEW, BASELINE_KNOWN };
struct finding {
	int rule;
	enum level level;  /* after --level */
	char *fingerprint; /* "v1:" and 16 hex digits: functions and module names, no lines, addresses, pids or text */
	char *message;	   /* one sentence, the story */
	char *reason;	   /* why it has this rule; never NULL */
	uint64_t count;
	bool suppressed;
	enum standing baseline;
	const char *signal; /* "SIGUSR1", whose handler it is about; or NULL */
	const char *cause;  /* "return", "pthread_exit", "cancel", "longjmp", "exception" or NULL */
	pid_t pid;	    /* of the process */
	const char *exe;
	size_t locks_count, links_count, stacks_count;
	const struct lock **locks;
	struct link *links;	       /* of a cycle or deadlock: link i wants what link i + 1 (mod count) holds */
	const struct link *alone;      /* of a self-deadlock: the thread that wants what it holds itself; else NULL */
	struct labelled_stack *stacks; /* of a misuse */
	size_t blocked_count;
	struct blocked *blocked;	 /* of a deadlock: all who wait, those of the ring first */
	const struct witnessed *witness; /* NULL: there is no trace, or it is no error */
	size_t runs_count;		 /* that have it, where it is read from a file of several; else 0 */
	const struct origin *const *runs;
};
struct findings {
	struct finding *list; /* worst level first; level off is left out */
	size_t count;
	unsigned processes, threads;
	size_t runs;			      /* of a file of records; else 0 */
	uint64_t locks, dependencies, events; /* events: 0 says that the library was loaded and saw nothing */
	uint32_t unseen;		      /* unseen.h: locks of the programs that the library cannot see */
	size_t limits_count;
	char **limits; /* "12 stacks cut at 256 frames" */
	size_t remarks_count;
	char **remarks;		     /* "the recording of PID (EXE) is cut off behind fact N", incomplete, unreadable ... */
	uint64_t stats[STAT_COUNT];  /* what gridlock itself cost, with --stats; sums over all processes */
	uint64_t recording_bytes;    /* on disk, or in memory */
	size_t unused_suppressions;  /* entries that hid nothing */
	const char *recording;	     /* directory; NULL when it is removed after the report */
	char *const *command;	     /* that the launcher ran, ended by NULL; NULL: not known */
	const struct survey *survey; /* survey.h; NULL: no format that is asked for shows it */
	struct timeline *timeline;   /* timeline.h; likewise */
	struct records *records;     /* record.h; NULL: nobody asked for jsonl */
	void *memory;		     /* holds all of it */
};

struct options;
/* Reads all recordings in the folder `directory` and judges them; or a file of records (record.h), whose damage ends the command. NULL with *error (malloc'ed, one line) when nothing can be read
 * at all; single unreadable files become remarks. An empty folder gives processes == 0. */
struct findings *findings_build(const char *directory, const struct options *options, char **error);
void findings_free(struct findings *findings);
/* Number of findings of that level that are not suppressed. */
size_t findings_count(const struct findings *findings, enum level level);
/* Of those the ones that are in no baseline. */
size_t findings_count_new(const struct findings *findings, enum level level);
/* Were the findings held against one? */
bool findings_have_baseline(const struct findings *findings);
/* Adds a remark, which becomes the findings'. */
void findings_remark(struct findings *findings, char *remark);

/* Are the locks of both rings taken at the same places, link by link? */
bool finding_same_ring(const struct finding *a, const struct finding *b);

/* Are the links of several processes? Then a thread's name is not enough. */
bool finding_spans_processes(const struct finding *finding);

/* The deadlocks that are told; few, for each of them keeps its threads for ever. */
struct deadlocks {
	const struct finding **list; /* to be freed */
	size_t count;
};
struct deadlocks deadlocks_of(const struct findings *findings);
/* The deadlock whose ring the finding is, and tells nothing new of: the program stood in it. NULL: there is none. */
const struct finding *deadlocks_find(const struct deadlocks *deadlocks, const struct finding *finding);

/* Every format of formats.def has this signature (text_write in text.c, json_write in json.c, ...): 0, or -1 with errno. */
#define FORMAT(name, help) int name##_write(int fd, const struct findings *findings, const struct options *options);
#include "formats.def"
#undef FORMAT
/* For a file whose name says so. */
int jsonl_write_gzip(int fd, const struct findings *findings, const struct options *options);

#endif
