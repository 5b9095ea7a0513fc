/*
 * case.h: the few words in which the cases are written.
 *
 * A case is a program whose threads run one after the other, so that it always ends, while nothing that gridlock takes for an order
 * (create, join) lies between them: run() waits until the kernel no longer lists the thread, and does not join it.
 */
#ifndef CASE_H
#define CASE_H

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Kinds of lock; a pattern (pattern_*.h) is written with LOCK, which a case defines as one of them. */
#define MUTEX(name)	       static pthread_mutex_t name = PTHREAD_MUTEX_INITIALIZER
#define RECURSIVE_MUTEX(name)  static pthread_mutex_t name = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP
#define ERRORCHECK_MUTEX(name) static pthread_mutex_t name = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP
#define ADAPTIVE_MUTEX(name)   static pthread_mutex_t name = PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP
#define RWLOCK(name)	       static pthread_rwlock_t name = PTHREAD_RWLOCK_INITIALIZER
/* Its readers wait behind a waiting writer. */
#define RWLOCK_WRITER(name) static pthread_rwlock_t name = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP

/* Macros, not functions: no frame of their own shows in a stack. */
#define take(lock)	  _Generic(&(lock), pthread_mutex_t * : pthread_mutex_lock, pthread_rwlock_t * : pthread_rwlock_wrlock)(&(lock))
#define take_shared(lock) pthread_rwlock_rdlock(&(lock))
#define give(lock)	  _Generic(&(lock), pthread_mutex_t * : pthread_mutex_unlock, pthread_rwlock_t * : pthread_rwlock_unlock)(&(lock))

#define THREAD(name) static void *name(void *unused __attribute__((unused)))

/* How many threads the process has: what the link count of /proc/self/task says beyond `.` and `..`. */
static inline unsigned threads_alive(void)
{
	struct stat task;
	if (stat("/proc/self/task", &task))
		abort();
	return task.st_nlink - 2;
}

/* Runs a thread from its beginning to its end, and leaves it unjoined. */
static inline void run(void *(*script)(void *))
{
	unsigned before = threads_alive();
	pthread_t thread;
	if (pthread_create(&thread, NULL, script, NULL))
		abort();
	while (threads_alive() > before)
		usleep(100);
}

#endif
