/*
 * note.h: facts kept back. Threads and segments are described only when a dependency that they witnessed is written; until then
 * their facts wait here, by (thread, segment); segment 0 is the thread itself, NOTE_GATES the locks that its creator held all the time. So there
 * are no more notes than witnesses, and facts written.
 * Pure data; the caller serialises.
 */
#ifndef GRIDLOCK_NOTE_H
#define GRIDLOCK_NOTE_H

#include "lock.h"

#define NOTE_GATES UINT32_MAX

struct note {
	uint64_t key;
	bool written;
	uint32_t witnesses; /* of dependencies, that this thread, or this segment, is */
	const struct fact *fact;
	UT_hash_handle hh;
};
struct note_table {
	struct arena *arena;
	struct note *notes;
};

/* The note of a thread's segment, or NULL. */
struct note *note_find(struct note_table *table, uint32_t thread, uint32_t segment);
/* Keeps a copy of `fact` (of fact->size bytes). NULL: no memory. There must be none of that key yet. */
struct note *note_add(struct note_table *table, uint32_t thread, uint32_t segment, const struct fact *fact);
/* The notes of the thread and of its segment are needed by so many witnesses more, or less. Those that are not there do not count. */
void note_count(struct note_table *table, uint32_t thread, uint32_t segment, int change);
/* Forgets it unless it is needed: by a witness, or to know that it was written. NULL is allowed. */
void note_drop(struct note_table *table, struct note *note);
/* Writes its fact unless that is done already, a long segment in pieces. NULL is allowed. */
void note_write(struct note *note, const struct fact_sink *sink);

#endif
