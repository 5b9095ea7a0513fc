/*
 * survey.h: what a run shows beyond its findings: its classes of locks, the order in which they were nested, its processes. For formats that show
 * the whole (html).
 */
#ifndef GRIDLOCK_SURVEY_H
#define GRIDLOCK_SURVEY_H

#include "findings.h"
#include "graph/hash.h"

struct builder;
struct merged;

/* A class of locks, in all processes of the run: what one place in the source makes. */
struct survey_lock {
	uint64_t key; /* survey_key of its locks */
	size_t index; /* in the survey */
	const struct lock *lock;
	size_t around, under; /* contexts in which it was held while another was asked for, and asked for while another was held */
	UT_hash_handle hh;
};
/* `to` was asked for with `from` as the innermost lock held, in `count` contexts; tries, which block nobody, left out. */
struct survey_edge {
	struct {
		uint64_t from, to; /* indices of locks */
	} key;
	size_t count;
	UT_hash_handle hh;
};
struct survey_process {
	pid_t pid;
	const char *exe;
	uint64_t started; /* nanoseconds of CLOCK_REALTIME */
	bool ended;	  /* in an orderly way; else a signal, or it was left running */
	int code;	  /* exit code, -1: not known */
};
struct survey {
	size_t locks_count, edges_count, processes_count;
	size_t runs_count; /* of a file of records, which has no processes */
	const struct origin **runs;
	struct survey_lock **locks; /* as they came in the recordings, like the other two */
	struct survey_edge **edges;
	struct survey_process *processes;
	struct survey_lock *by_key; /* hashes of the same */
	struct survey_edge *by_ends;
};

/* Of everything that the builder's run holds. In the builder's memory. In time that grows with the facts, and with what symbols the locks need. */
const struct survey *survey_make(struct builder *builder);
/* Of everything that a file of records holds: all its runs and programs. The same memory; a damaged record ends the command. */
const struct survey *survey_make_merged(struct merged *merged);
/* The class of a lock that a finding names; NULL: none is recorded. */
const struct survey_lock *survey_find(const struct survey *survey, const struct lock *lock);

#endif
