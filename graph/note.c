/* note.c: see note.h. */
#include "note.h"

#include <string.h>

static uint64_t note_key(uint32_t thread, uint32_t segment)
{
	return (uint64_t)thread << 32 | segment;
}

struct note *note_find(struct note_table *table, uint32_t thread, uint32_t segment)
{
	uint64_t key = note_key(thread, segment);
	struct note *note;

	HASH_FIND(hh, table->notes, &key, sizeof(key), note);
	return note;
}

struct note *note_add(struct note_table *table, uint32_t thread, uint32_t segment, const struct fact *fact)
{
	struct arena *arena = table->arena;
	struct note *note = arena_alloc(arena, sizeof(*note) + fact->size);

	if (!note)
		return NULL;
	note->key = note_key(thread, segment);
	note->fact = memcpy(note + 1, fact, fact->size);
	HASH_ADD(hh, table->notes, key, sizeof(note->key), note);
	if (hash_added(note))
		return note;
	arena_free(arena, note, sizeof(*note) + fact->size);
	return NULL;
}

void note_count(struct note_table *table, uint32_t thread, uint32_t segment, int change)
{
	struct note *of_thread = note_find(table, thread, 0), *of_segment = note_find(table, thread, segment);

	if (of_thread)
		of_thread->witnesses += (uint32_t)change;
	if (of_segment)
		of_segment->witnesses += (uint32_t)change;
}

void note_drop(struct note_table *table, struct note *note)
{
	struct arena *arena = table->arena;

	if (!note || note->written || note->witnesses)
		return;
	HASH_DELETE(hh, table->notes, note);
	arena_free(arena, note, sizeof(*note) + note->fact->size);
}

#define PIECE 60u /* entries: what is written needs no more stack than a kilobyte, and finds room where little is left */

static void write_segment(const struct fact_segment *whole, const struct fact_sink *sink)
{
	union {
		struct fact_segment fact;
		char room[sizeof(struct fact_segment) + PIECE * sizeof(struct fact_before)];
	} piece = {.fact = *whole};

	for (uint32_t done = 0; done < whole->count; done += piece.fact.count) {
		piece.fact.count = whole->count - done < PIECE ? whole->count - done : PIECE;
		piece.fact.head.size = sizeof(piece.fact) + piece.fact.count * sizeof(struct fact_before);
		memcpy(piece.fact.before, whole->before + done, piece.fact.count * sizeof(struct fact_before));
		sink->write(sink->ctx, &piece.fact.head);
	}
}

void note_write(struct note *note, const struct fact_sink *sink)
{
	if (!note || note->written)
		return;
	note->written = true;
	if (note->fact->kind == FACT_SEGMENT)
		write_segment((const struct fact_segment *)note->fact, sink);
	else
		sink->write(sink->ctx, note->fact);
}
