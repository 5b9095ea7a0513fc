/*
 * merged.h: a file of records (record.h), of one run or of many, as findings. What is damaged ends the command, with a name of what it is.
 */
#ifndef GRIDLOCK_MERGED_H
#define GRIDLOCK_MERGED_H

#include "build.h"
#include "graph/hash.h"
#include "record.h"

struct merged_run {
	char id[RECORD_KEY + 1];
	struct origin origin;
};
struct merged {
	struct builder *builder;
	const char *path;
	struct records *records;
	size_t runs_count;
	struct merged_run *runs; /* sorted by id, as in the file */
	struct merged_stack *stacks;
	struct merged_lock *classes;
	struct merged_lock *locks; /* instances, by their ids in the finding that is read; of a file of one run in all findings */
	struct merged_thread *threads;
};

/* Reads all of it: runs and totals into the builder's findings, and calls `add` with the findings of the runs, then with those that only several
 * runs make. The records become the builder's findings'. Memory: that of the file, unpacked, and more. */
void merged_read(struct builder *builder, const char *path, const struct options *options,
		 void (*add)(struct builder *builder, const struct finding *finding));

/* Ends the command. */
void merged_damaged(const struct merged *merged, const struct record *record) __attribute__((noreturn));
/* The object that a record is; to be let go of. */
json_t *merged_object(const struct merged *merged, const struct record *record);
/* The stack of that key (a JSON string); NULL for null. */
const struct stack *merged_stack(struct merged *merged, const struct record *record, const json_t *key);
/* The class of locks of that key. */
const struct lock *merged_class(struct merged *merged, const struct record *record, const char *key);
/* The place of a run in the list; the list's length: it has no meta record. */
size_t merged_run_of(const struct merged *merged, const char *id);
/* Text in the builder's memory; NULL stays NULL. */
const char *merged_text(struct merged *merged, const json_t *text);
/* The member that is a text; one that is none ends the command. */
const char *merged_member(struct merged *merged, const struct record *record, const json_t *object, const char *name);
/* One of a few words, as the constant. */
const char *merged_mode(const json_t *object);
const char *merged_how(const json_t *object);

/* The finding that a record is (finding_read.c): all but its level. */
struct finding merged_finding(struct merged *merged, const struct record *record);

#endif
