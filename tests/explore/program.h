/*
 * program.h: a small program of locks, made from a seed: threads that do one thing after the other, without branches. What it can come to is
 * known, for all its interleavings can be gone through (search.h).
 */
#ifndef EXPLORE_PROGRAM_H
#define EXPLORE_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#define THREADS_MAX 4
#define LOCKS_MAX   5
#define OPS_MAX	    24

enum op_kind { OP_LOCK, OP_READ, OP_UNLOCK, OP_CREATE, OP_JOIN, OP_POST, OP_WAIT };
struct op {
	enum op_kind kind;
	uint8_t what; /* lock, thread or semaphore */
};
struct program {
	unsigned threads; /* 0 is main's */
	unsigned locks;
	bool rwlock[LOCKS_MAX]; /* else a mutex */
	unsigned count[THREADS_MAX];
	struct op ops[THREADS_MAX][OPS_MAX];
};

/* The program of that seed: every thread but 0 is created once, by one with a smaller number, and at the end all locks are free. */
struct program program_make(uint64_t seed);

#endif
