/*
 * record.h: the records of JSON Lines (USER.md, "Runs, shards, fleets"; report/schema/jsonl.schema.json): one object a line, sorted by kind, then
 * by key, each key of a kind once, and `end` behind them all. A record begins with its kind and its key, and those that say which runs they are of
 * end with these: `"runs":{"RUN":COUNT,...}}`, sorted. So files are put together without a look at what is in between.
 */
#ifndef GRIDLOCK_RECORD_H
#define GRIDLOCK_RECORD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORD_FORMAT 1	 /* of the whole; in every meta record */
#define RECORD_KEY    16 /* hex digits */
#define RECORD_RUNS   ",\"runs\":{"

enum record_kind {
	RECORD_META, /* a run; its key is the run's id */
	RECORD_MODULE,
	RECORD_LOCK, /* a class of locks */
	RECORD_STACK,
	RECORD_DEPENDENCY, /* among classes of locks, in one program */
	RECORD_FINDING,
	RECORD_END, /* how many records stand before it */
	RECORD_KINDS
};
const char *record_kind_name(enum record_kind kind);

/* A line, without its end. */
struct record {
	enum record_kind kind;
	char key[RECORD_KEY + 1];
	size_t length;
	char *line;
};
/* The records of a file or of a run, in order. */
struct records {
	size_t count, room;
	struct record *list;
};

/* What its line says the record is. False: it is no line of ours. `line` needs no end. */
bool record_parse(struct record *record, char *line, size_t length);
/* By kind, then by key. */
int record_compare(const struct record *a, const struct record *b);
/* A key as text. */
void record_key(char text[RECORD_KEY + 1], uint64_t key);

/* The record that several of one kind and key are together: the body that comes first in the order of bytes, and of all runs each once, with its
 * larger count. So the order in which files are put together does not matter, nor how often. A new line, to be freed; NULL: one of them is damaged. */
char *record_join(const struct record *const *records, size_t count, size_t *length);
/* The line of the record `end`, to be freed. */
char *record_end(size_t count);

/* Adds a line, which becomes theirs. */
void records_add(struct records *records, struct record record);
void records_free(struct records *records);

#endif
