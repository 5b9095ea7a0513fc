/*
 * case.h: the few words in which the cases are written.
 *
 * A case is a program whose threads run one after the other, so that it always ends, while nothing that gridlock takes for an order
 * (create, join) lies between them: run() waits until the kernel no longer lists the thread, and does not join it.
 */
#ifndef CASE_H
#define CASE_H

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
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

/* The threads that the kernel lists, by its numbers. One that is over, and joined, may be among them for a moment. */
struct threads {
	int numbers[100];
	unsigned count;
};

static inline struct threads threads_listed(void)
{
	struct threads threads;
	DIR *tasks = opendir("/proc/self/task");
	struct dirent *task;

	threads.count = 0;
	if (!tasks)
		abort();
	while ((task = readdir(tasks)) && threads.count < 100)
		if (task->d_name[0] != '.')
			threads.numbers[threads.count++] = atoi(task->d_name);
	closedir(tasks);
	return threads;
}

/* Are there some that were not there before? */
static inline int threads_new(const struct threads *before)
{
	struct threads now = threads_listed();

	for (unsigned i = 0, j; i < now.count; i++) {
		for (j = 0; j < before->count && before->numbers[j] != now.numbers[i]; j++)
			;
		if (j == before->count)
			return 1;
	}
	return 0;
}

/* Runs a thread from its beginning to its end, and leaves it unjoined. */
static inline void run(void *(*script)(void *))
{
	struct threads before = threads_listed();
	pthread_t thread;
	if (pthread_create(&thread, NULL, script, NULL))
		abort();
	while (threads_new(&before))
		usleep(100);
}

#endif
