/* thread.h: the life of threads, for pthread's and C11's names of the same things. `site`: where the program called from. */
#ifndef GRIDLOCK_THREAD_H
#define GRIDLOCK_THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <threads.h>

#include "held.h"

/* What a new thread is to do; made by its creator, freed by itself. One of the two routines is set. */
struct start {
	void *(*routine)(void *);
	thrd_start_t c11;
	void *argument;
	struct thread_info *info;
	uint64_t passed[PASSED_SIZE]; /* what its creator has passed, it never waits for either */
};

/* A thread is about to be created: `what` is to be passed to thread_run or thread_run_c11. NULL: the creator is not watched. */
struct start *thread_starting(struct start what, bool detached, struct site site);
void thread_not_started(struct start *start);
void *thread_run(void *start);
int thread_run_c11(void *start);

/* Around a join that may wait, no longer than `limit` if that is not NULL. Both do nothing in a thread that is not watched. True: there is a ring of
 * waits, for deadlock_watch to look at before the join. */
bool thread_join_begins(pthread_t thread, const struct timed *limit, struct site site);
void thread_join_ends(pthread_t thread, bool joined, struct site site);

/* Before the thread is detached: after it the number may belong to another one. */
void thread_detached(pthread_t thread);
/* The calling thread is about to end itself. */
void thread_exits(struct site site);

#endif
