/* explain.c: see explain.h. The texts are in graph/rules.def's order. */
#include "explain.h"

#include <errno.h>
#include <string.h>

#include "build.h"
#include "memory.h"
#include "nearest.h"

static const struct explanation {
	const char *bites, *fix, *example;
} explanations[] = {
	[RULE_DEADLOCK] =
		{"The threads of the ring wait for each other, for locks or for the end of a thread. Nothing in the program can end "
		 "that. It was looked at twice, a second apart; on_deadlock says what happens then: exit (the default), report, abort.",
		 "Take the locks in one order everywhere, or release the first before asking for the second.",
		 "thread 1: lock(A) lock(B)      thread 2: lock(B) lock(A)      both stand at their second lock"},
	[RULE_SELF_DEADLOCK] =
		{"A normal mutex does not know its owner: the second lock waits for an unlock that only this thread could make. The "
		 "same happens to a thread that asks to write while it holds the read lock, and to a signal handler that asks for what "
		 "the thread holds that it has interrupted.",
		 "Split the function into a locking one and one that expects the lock held; for rwlocks release the read lock "
		 "first, and look again at what was read.",
		 "rdlock(R); ... if (stale) wrlock(R);      /* waits for its own read lock */"},
	[RULE_CYCLE_SINGLE_THREAD] = {"Nothing, as long as one thread does it all. A second thread on either path makes it a deadlock.",
				      "Nothing has to be done. If another thread may come to run one of the paths, agree on one order; "
				      "--level cycle-single-thread=error makes it count.",
				      "lock(A) lock(B) unlock unlock; lock(B) lock(A)      /* the same thread */"},
	[RULE_CYCLE_COMPATIBLE] = {"Nothing: readers do not block each other on this kind of rwlock.",
				   "Nothing has to be done, as long as neither side becomes a writer.",
				   "rdlock(R) lock(A)      lock(A) rdlock(R)"},
	[RULE_CYCLE_GATED] = {"Nothing, as long as every path takes the gate lock first.",
			      "Nothing has to be done; write down that the gate lock belongs to these locks.",
			      "lock(G) lock(A) lock(B)      lock(G) lock(B) lock(A)"},
	[RULE_CYCLE_ORDERED] = {"Nothing: one side is over before the other can begin.",
				"Nothing has to be done, as long as thread creation or join keeps them apart.",
				"lock(A) lock(B) unlock unlock; pthread_create(... lock(B) lock(A) ...)"},
	[RULE_CYCLE_EXCLUDED] =
		{"Nothing: before one side can stand at its second lock, the other has to have left. Only the trace of --witness can tell.",
		 "Nothing has to be done.", "each side has taken and released the other's lock since it took its own"},
	[RULE_CYCLE_WEAKLY_ORDERED] = {"In this run a semaphore, condition or once came between the two sides, or the end of a process. "
				       "Whether it always does is "
				       "not known.",
				       "Make sure that the order is meant; else take the locks in one order.",
				       "lock(A) lock(B) unlock unlock; sem_post(S)      sem_wait(S); lock(B) lock(A)"},
	[RULE_CYCLE_BOUNDED] = {"The threads get stuck until the time limit ends, then one gives up.",
				"Take the locks in one order; a time limit hides the deadlock behind a delay.",
				"lock(A) timedlock(B)      lock(B) lock(A)"},
	[RULE_LOCK_ORDER_CYCLE] =
		{"Each path alone is correct. When the threads run at the same moment, each gets its first lock and waits for the "
		 "other's: for ever, on a busy day, in production.",
		 "Decide on one order for these locks and keep it on every path; or release the first lock before taking the "
		 "second; or try the second (trylock) and back off.",
		 "thread 1: lock(A) lock(B)      thread 2: lock(B) lock(A)"},
	[RULE_UNLOCK_NOT_LOCKED] =
		{"The second unlock of a normal mutex may release it under the feet of the next owner: two threads are in the "
		 "section at once. An rwlock's state is broken for good.",
		 "Unlock on exactly one way out: a cleanup attribute and an explicit unlock, or two goto labels, are one too many.",
		 "lock(A); ... unlock(A); goto out; out: unlock(A);"},
	[RULE_UNLOCK_NOT_OWNER] =
		{"The owner is still in its section when others are let in; and its own unlock hits somebody else's lock.",
		 "Let the thread that locked unlock; to hand work over use a condition or a semaphore, which have no owner.",
		 "creator: lock(A); pthread_create(worker)      worker: unlock(A)"},
	[RULE_LOCK_LEAKED] =
		{"Whoever asks for the lock next waits for ever.",
		 "Unlock on every way out: pthread_cleanup_push for cancellation and pthread_exit, a lock guard for exceptions, an "
		 "unlock before longjmp, the early return too.",
		 "lock(A); if (cancelled) return NULL; ... unlock(A);"},
	[RULE_DESTROY_LOCKED] = {"The holder unlocks memory that is no lock any more.",
				 "Join or wait for the threads that use it, and unlock it, before you destroy it.",
				 "lock(A); destroy(A); unlock(A);"},
	[RULE_FREED_LOCKED] = {"The holder's unlock writes into memory that is somebody else's.",
			       "Unlock and destroy before the memory goes.", "lock(&p->lock); free(p);"},
	[RULE_USE_DESTROYED] = {"The lock's memory may be anything.", "Destroy after the last use.", "destroy(A); lock(A);"},
	[RULE_REINIT_LOCKED] = {"The holder loses its section: the new life of the lock is free.",
				"Initialise once, before any thread uses it.", "lock(A); init(A); unlock(A);"},
	[RULE_COND_WAIT_UNLOCKED] = {"The wait releases a mutex that the thread does not hold.", "Lock the mutex before the wait.",
				     "pthread_cond_wait(C, A)      /* A is not locked */"},
	[RULE_COND_TWO_MUTEXES] = {"Undefined behaviour (POSIX): a waiter may miss its wake-up.", "Use one mutex for one condition.",
				   "pthread_cond_wait(C, A)      pthread_cond_wait(C, B)"},
	[RULE_OWNER_DIED] = {"Nobody can ever lock the mutex again: ENOTRECOVERABLE.",
			     "Repair the data, then call pthread_mutex_consistent before the unlock.",
			     "lock(A) == EOWNERDEAD; unlock(A);      /* without pthread_mutex_consistent */"},
	[RULE_RELOCK_REFUSED] =
		{"Nothing blocks, but the program goes on without the lock it thinks it took, unless it looks at the result.",
		 "Do not ask twice; look at the result of the call.", "lock(E); lock(E) == EDEADLK;"},
	[RULE_UNLOCK_REFUSED] = {"Nothing is unlocked. Somebody's idea of who holds the lock is wrong.",
				 "Let the owner unlock; look at the result of the call.", "unlock(E) == EPERM;"},
	[RULE_FORK_LOCKED_CHILD] =
		{"The child has a copy of the lock, locked by a thread that it does not have: it waits for ever. gridlock says so before "
		 "the "
		 "child blocks.",
		 "Call only async-signal-safe functions between fork and exec, or take the lock in pthread_atfork handlers.",
		 "thread 1: lock(A)      thread 2: fork(); child: lock(A)"},
	[RULE_FORK_LOCKED] =
		{"If the child ever asks for that lock it waits for ever. A child that goes on to exec, or asks for no lock at all, is "
		 "not told of; nor one whose pthread_atfork handlers take the lock, release it or make it anew.",
		 "Take the lock in pthread_atfork handlers, or use posix_spawn.", "thread 1: lock(A)      thread 2: fork()"},
	[RULE_SIGNAL_LOCK] =
		{"A signal that arrives while the thread holds the lock makes the handler wait for its own thread.",
		 "Block the signal around the section, or let the handler only leave word: set a volatile sig_atomic_t, write to a "
		 "pipe, post a semaphore.",
		 "lock(A) ... <signal> handler: lock(A)"},
	[RULE_WAIT_HOLDING] =
		{"Whoever is to end the wait cannot get there: it needs the lock on its way to the signal, the post, the barrier or "
		 "the end of the thread. Nobody waits for a lock in a ring, so that no order of locks would help. (Where data keep the "
		 "two apart, as a flag that says that the thread is past the lock, gridlock cannot see that.)",
		 "Release the lock before the wait.", "lock(L); cond_wait(C, M)      waker: lock(L); cond_signal(C)"},
	[RULE_DECLARED_ORDER] =
		{"The order that was agreed on is what keeps the program free of deadlocks. One thread that goes against it is enough, "
		 "by itself, or with others by way of more locks: the day that another thread keeps to the order, they wait for each "
		 "other. A try does not count, for it cannot wait.",
		 "Take the locks in the declared order, or try the first (trylock) and back off. If the order is not what is meant, "
		 "correct GRIDLOCK_ORDER.",
		 "GRIDLOCK_ORDER(&a, &b);      lock(b) lock(a)"},
	[RULE_CYCLE_ACROSS_RUNS] = {"Each run took one side only, so that none of them shows the ring: other arguments, other tests, "
				    "another day. A run whose threads "
				    "take both can deadlock. Runs are put together by `gridlock merge`, class of locks by class; which one "
				    "is which is told by "
				    "symbols, or by where a lock is initialised, and only locks of one program are the same "
				    "(--join-programs: of all). Whether "
				    "threads of one process can be on both sides at once nobody has seen: a warning.",
				    "Decide on one order for these locks and keep it on every path, as for lock-order-cycle. To see it in "
				    "one run, run what both "
				    "did at once.",
				    "gridlock -o jsonl:1.jsonl ./server --load     takes lock(A) lock(B)\n"
				    "  gridlock -o jsonl:2.jsonl ./server --save     takes lock(B) lock(A)\n"
				    "  gridlock merge 1.jsonl 2.jsonl -o all.jsonl.gz && gridlock report all.jsonl.gz"},
	[RULE_CYCLE_BY_CLASS] = {"No single locks were taken in these orders, but locks made at the same places were (--by-class). `/1`: "
				 "one of them is held already.",
				 "Make sure that an order among the locks of one kind is kept (by address, by parent and child).",
				 "lock(p->lock) lock(q->lock)      elsewhere lock(r->lock) lock(s->lock) the other way"},
	[RULE_REDUNDANT_LOCK] = {"Nothing but time: in this run the inner lock protected nothing that the outer one did not (--witness; of "
				 "locks taken 100 times or more, by "
				 "two threads).",
				 "Remove one of the two, unless another path, not run here, takes the inner one alone.",
				 "lock(outer) map_put(...) /* locks again */ unlock(outer)"},
	[RULE_HELD_AT_EXIT] = {"Nothing, unless the lock is shared with another process or an exit handler wants it.",
			       "Nothing has to be done; unlock before exit to keep tools quiet.", "lock(A); exit(0);"},
};
_Static_assert(sizeof(explanations) / sizeof(explanations[0]) == RULE_HELD_AT_EXIT + 1, "every rule has its explanation");

/* Small programs to try a rule on, each with its twin. */
static const char *const programs[RULE_HELD_AT_EXIT + 1] = {
	[RULE_DEADLOCK] = "cache_stats.c read_twice.c pool_shutdown.cpp",
	[RULE_SELF_DEADLOCK] = "rwlock_upgrade.c signal_logger.c",
	[RULE_LOCK_ORDER_CYCLE] = "abba.c dining.c cache_stats.c",
	[RULE_UNLOCK_NOT_LOCKED] = "path1_double_unlock.c",
	[RULE_UNLOCK_NOT_OWNER] = "path3_foreign_unlock.c",
	[RULE_LOCK_LEAKED] = "path2_recovery_leak.c path2_recovery_leak_cxx.cpp path4_cancel_leak.c",
	[RULE_FORK_LOCKED_CHILD] = "fork_logger.c",
	[RULE_FORK_LOCKED] = "fork_logger.c",
	[RULE_SIGNAL_LOCK] = "signal_logger.c",
	[RULE_WAIT_HOLDING] = "nested_monitor.c",
};

static bool is_kept_by(const struct finding *finding, enum link_by by)
{
	for (size_t i = 0; i < finding->links_count; i++)
		if (finding->links[i].by == by)
			return true;
	return false;
}

const char *explain_fix(const struct finding *finding)
{
	/* A reader who reads again, with a writer in between. */
	if (finding->links_count == 1 || (finding->locks_count == 1 && is_kept_by(finding, LINK_QUEUE)))
		return "Do not read the lock again while it is read: let the caller's lock do. Or leave its kind at the default, which "
		       "lets those in who read already.";
	if (is_kept_by(finding, LINK_END) && !is_kept_by(finding, LINK_LOCK) && !is_kept_by(finding, LINK_QUEUE))
		return "Let one thread join all others: one that is joined joins nobody who waits for it.";
	if (is_kept_by(finding, LINK_END))
		return "Release the lock before the join, after what tells the thread to end.";
	if (finding->rule == RULE_SELF_DEADLOCK && finding->signal)
		return explanations[RULE_SIGNAL_LOCK].fix;
	return explanations[finding->rule].fix;
}

const char *explain_bites(int rule)
{
	return explanations[rule].bites;
}

/* Text broken at 78 columns behind a heading. */
static void put_paragraph(FILE *stream, const char *heading, const char *text)
{
	size_t column = 0;

	fprintf(stream, "\n%s\n", heading);
	while (*text) {
		size_t word = strcspn(text, " ");

		if (column && column + 1 + word > 76) {
			fputc('\n', stream);
			column = 0;
		}
		fprintf(stream, "%s%.*s", column ? " " : "  ", (int)word, text);
		column += word + 1;
		text += word;
		text += strspn(text, " ");
	}
	fputc('\n', stream);
}

static void put_programs(FILE *stream, const char *names)
{
	fputs("\nTo try, among gridlock's sources (the comment at the top says how)\n", stream);
	for (size_t length; *names; names += length, names += strspn(names, " ")) {
		size_t stem = strcspn(names, ".");

		length = strcspn(names, " ");
		fprintf(stream, "  examples/%.*s, and corrected: examples/%.*s_fixed%.*s\n", (int)length, names, (int)stem, names,
			(int)(length - stem), names + stem);
	}
}

void explain_rule(FILE *stream, int rule)
{
	const struct explanation *explanation = &explanations[rule];

	fprintf(stream, "%s (%s): %s\n", rules[rule].name, level_name(rules[rule].level), rules[rule].meaning);
	put_paragraph(stream, "How it bites", explanation->bites);
	put_paragraph(stream, "What to do", explanation->fix);
	fprintf(stream, "\nExample\n  %s\n", explanation->example);
	if (programs[rule])
		put_programs(stream, programs[rule]);
}

static int find_rule(const char *name)
{
	int rule = rule_find(name);
	const char *names[64], *nearest;

	if (rule >= 0)
		return rule;
	for (size_t i = 0; i < rules_count; i++)
		names[i] = rules[i].name;
	nearest = nearest_name(name, names, rules_count);
	die("there is no rule '%s'%s%s%s", name, nearest ? "; did you mean '" : "", nearest ? nearest : "",
	    nearest ? "'?" : " (gridlock explain lists them)");
}

int explain_main(int argc, char **argv)
{
	if (argc < 2)
		for (size_t i = 0; i < rules_count; i++)
			printf("%-22s %-8s %s\n", rules[i].name, level_name(rules[i].level), rules[i].meaning);
	for (int i = 1; i < argc; i++) {
		if (i > 1)
			putchar('\n');
		explain_rule(stdout, find_rule(argv[i]));
	}
	if (fflush(stdout) != 0)
		die("the explanation cannot be written: %s", strerror(errno));
	return 0;
}
