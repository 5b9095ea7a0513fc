/* recording.c: reading a recording, whatever its bytes say. See recording.h; the writer is shim/sink.c. */
#include "recording.h"

#include <stdbool.h>
#include <string.h>

#include "trace.h"

const char *recording_check(const void *data, size_t size)
{
	const struct recording_header *header = data;

	if (size < sizeof(*header))
		return "it is too short to be a recording";
	if (memcmp(header->magic, RECORDING_MAGIC, sizeof(header->magic)) != 0)
		return "it is no gridlock recording";
	if (header->byte_order != RECORDING_ORDER)
		return "it was made on a machine of another byte order";
	if (header->version != RECORDING_VERSION)
		return "it was made by another version of gridlock; read it with that version's command";
	if (header->chunk_size != RECORDING_CHUNK)
		return "its header is damaged";
	return NULL;
}

void recording_start(struct recording_cursor *cursor, const void *data, size_t size)
{
	*cursor = (struct recording_cursor){.data = data, .size = size, .chunk = 1};
}

/* The chunk's header when it lies inside the file, else NULL. */
static const struct recording_chunk *chunk_at(const struct recording_cursor *cursor)
{
	size_t offset = (size_t)cursor->chunk * RECORDING_CHUNK;
	struct recording_header *header = (struct recording_header *)(uintptr_t)cursor->data;

	/* The file is as long as the mapping; behind the last chunk claimed it is one hole. */
	if (cursor->chunk >= atomic_load_explicit(&header->chunks_claimed, memory_order_acquire))
		return NULL;
	if (offset > cursor->size || cursor->size - offset < sizeof(struct recording_chunk))
		return NULL;
	return (const struct recording_chunk *)(cursor->data + offset);
}

static bool text_ends(const struct fact *fact, size_t offset)
{
	return fact->size > offset && memchr((const char *)fact + offset, '\0', fact->size - offset) != NULL;
}

/* Does a fact have at least the fixed part of its kind, `count` elements behind it, and strings that end? */
static bool fits(const struct fact *fact, size_t fixed, uint64_t count, size_t element)
{
	return fact->size >= fixed && count <= (fact->size - fixed) / element;
}

static bool fact_is_whole(const struct fact *fact)
{
	switch (fact->kind) {
	case FACT_PROCESS:
		return text_ends(fact, sizeof(struct fact_process));
	case FACT_END:
		return fits(fact, sizeof(struct fact_end), 0, 1);
	case FACT_MODULE:
		return text_ends(fact, offsetof(struct fact_module, path)) &&
		       ((const struct fact_module *)fact)->build_id_size <= sizeof(((const struct fact_module *)fact)->build_id);
	case FACT_THREAD:
		return fits(fact, sizeof(struct fact_thread), 0, 1);
	case FACT_THREAD_NAME:
		return fits(fact, sizeof(struct fact_thread_name), 0, 1);
	case FACT_STACK:
		return fits(fact, sizeof(struct fact_stack), 0, 1) &&
		       fits(fact, sizeof(struct fact_stack), ((const struct fact_stack *)fact)->count, sizeof(frame_t));
	case FACT_CLASS:
		return fits(fact, sizeof(struct fact_class), 0, 1);
	case FACT_LOCK:
		return fits(fact, sizeof(struct fact_lock), 0, 1);
	case FACT_DEPENDENCY:
		return fits(fact, sizeof(struct fact_dependency), 0, 1) &&
		       fits(fact, sizeof(struct fact_dependency), ((const struct fact_dependency *)fact)->count, sizeof(struct fact_held));
	case FACT_WITNESS:
		return fits(fact, sizeof(struct fact_witness), 0, 1);
	case FACT_SEGMENT:
		return fits(fact, sizeof(struct fact_segment), 0, 1) &&
		       fits(fact, sizeof(struct fact_segment), ((const struct fact_segment *)fact)->count, sizeof(struct fact_before));
	case FACT_GATES:
		return fits(fact, sizeof(struct fact_gates), 0, 1) &&
		       fits(fact, sizeof(struct fact_gates), ((const struct fact_gates *)fact)->count, sizeof(struct fact_gate));
	case FACT_BLOCKED:
		return fits(fact, sizeof(struct fact_blocked), 0, 1) &&
		       fits(fact, sizeof(struct fact_blocked), ((const struct fact_blocked *)fact)->count, sizeof(struct fact_held));
	case FACT_DEADLOCK:
		return fits(fact, sizeof(struct fact_deadlock), 0, 1);
	case FACT_NAME:
		return text_ends(fact, offsetof(struct fact_name, text));
	case FACT_ORDER:
		return fits(fact, sizeof(struct fact_order), 0, 1);
	case FACT_FINDING:
		return fits(fact, sizeof(struct fact_finding), 0, 1) &&
		       fits(fact, sizeof(struct fact_finding), ((const struct fact_finding *)fact)->stacks_count,
			    sizeof(struct fact_finding_stack));
	default:
		return true;
	}
}

/* The next fact of the cursor's chunk; NULL at its end, also when what follows is torn. */
static const struct fact *next_in_chunk(struct recording_cursor *cursor, const struct recording_chunk *chunk)
{
	/* Acquire pairs with the writer's release: what is counted is whole. */
	uint32_t used = atomic_load_explicit(&((struct recording_chunk *)(uintptr_t)chunk)->used, memory_order_acquire);
	size_t start = (size_t)cursor->chunk * RECORDING_CHUNK + sizeof(*chunk), inside = cursor->size - start;
	const struct fact *fact = (const struct fact *)(cursor->data + start + cursor->offset);
	bool torn;

	if (used > RECORDING_CHUNK - sizeof(*chunk))
		used = RECORDING_CHUNK - sizeof(*chunk);
	if (cursor->offset >= used)
		return NULL;
	torn = used > inside;
	if (torn)
		used = inside;
	if (cursor->offset + sizeof(*fact) > used || fact->size < sizeof(*fact) || fact->size % 8 || fact->size > used - cursor->offset ||
	    !fact_is_whole(fact)) {
		cursor->torn++;
		return NULL;
	}
	cursor->offset += fact->size;
	return fact;
}

const struct fact *recording_next(struct recording_cursor *cursor, uint32_t *process)
{
	const struct recording_chunk *chunk;

	while ((chunk = chunk_at(cursor))) {
		uint32_t kind = atomic_load_explicit(&((struct recording_chunk *)(uintptr_t)chunk)->kind, memory_order_acquire);
		const struct fact *fact = kind == CHUNK_FACTS ? next_in_chunk(cursor, chunk) : NULL;

		if (fact) {
			*process = chunk->process;
			return fact;
		}
		cursor->chunk++;
		cursor->offset = 0;
	}
	return NULL;
}

const struct trace_event *recording_next_trace(struct recording_cursor *cursor, uint32_t *process, uint32_t *count)
{
	const struct recording_chunk *chunk;

	for (; (chunk = chunk_at(cursor)); cursor->chunk++) {
		size_t inside = cursor->size - (size_t)cursor->chunk * RECORDING_CHUNK - sizeof(*chunk);
		uint32_t used = atomic_load_explicit(&((struct recording_chunk *)(uintptr_t)chunk)->used, memory_order_acquire);

		if (atomic_load_explicit(&((struct recording_chunk *)(uintptr_t)chunk)->kind, memory_order_acquire) != CHUNK_TRACE)
			continue;
		if (used > RECORDING_CHUNK - sizeof(*chunk))
			used = RECORDING_CHUNK - sizeof(*chunk);
		*process = chunk->process;
		*count = (uint32_t)((used < inside ? used : inside) / sizeof(struct trace_event));
		cursor->chunk++;
		return (const struct trace_event *)(chunk + 1);
	}
	return NULL;
}
