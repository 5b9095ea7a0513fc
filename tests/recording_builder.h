/*
 * recording_builder.h: writes small recordings for tests, fact by fact, as the library in a host would (graph/recording.h). Numbers are given
 * away by the builder; everything is in memory until recorder_save. The facts of all processes may be mixed: each has its own chunks.
 *
 * Frames may lie in the test program itself, so that names and lines are real: recorder_self describes it as a module.
 */
#ifndef TESTS_RECORDING_BUILDER_H
#define TESTS_RECORDING_BUILDER_H

#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "graph/recording.h"

#ifndef RECORDER_CHUNKS
#define RECORDER_CHUNKS 64
#endif
#define RECORDER_PROCESSES 16

struct recorder {
	uint8_t *data;
	uint32_t chunk_of[RECORDER_PROCESSES]; /* where each process writes, 0: nowhere yet */
};

static inline struct recording_header *recorder_header(const struct recorder *recorder)
{
	return (struct recording_header *)recorder->data;
}

static inline void recorder_init(struct recorder *recorder)
{
	struct recording_header *header;

	memset(recorder, 0, sizeof(*recorder));
	recorder->data = calloc(RECORDER_CHUNKS, RECORDING_CHUNK);
	header = recorder_header(recorder);
	memcpy(header->magic, RECORDING_MAGIC, sizeof(header->magic));
	header->version = RECORDING_VERSION;
	header->byte_order = RECORDING_ORDER;
	header->chunk_size = RECORDING_CHUNK;
	header->chunks_max = RECORDER_CHUNKS;
	header->chunks_claimed = 1;
}

static inline void recorder_free(struct recorder *recorder)
{
	free(recorder->data);
	recorder->data = NULL;
}

static inline struct recording_chunk *recorder_chunk(struct recorder *recorder, uint32_t process, size_t size)
{
	struct recording_header *header = recorder_header(recorder);
	struct recording_chunk *chunk = (struct recording_chunk *)(recorder->data + (size_t)recorder->chunk_of[process] * RECORDING_CHUNK);

	if (recorder->chunk_of[process] && sizeof(*chunk) + chunk->used + size <= RECORDING_CHUNK)
		return chunk;
	recorder->chunk_of[process] = header->chunks_claimed++;
	chunk = (struct recording_chunk *)(recorder->data + (size_t)recorder->chunk_of[process] * RECORDING_CHUNK);
	chunk->kind = CHUNK_FACTS;
	chunk->process = process;
	return chunk;
}

/* A zeroed fact of that size, head filled in; the caller fills the rest. */
static inline void *recorder_fact(struct recorder *recorder, uint32_t process, enum fact_kind kind, size_t size)
{
	struct recording_chunk *chunk;
	struct fact *fact;

	size = (size + 7) & ~(size_t)7;
	chunk = recorder_chunk(recorder, process, size);
	fact = (struct fact *)((uint8_t *)(chunk + 1) + chunk->used);
	fact->size = (uint32_t)size;
	fact->kind = kind;
	chunk->used += (uint32_t)size;
	return fact;
}

/* Writes all of it, or the first `size` bytes when that is not 0. False: could not. */
static inline int recorder_save(const struct recorder *recorder, const char *path, size_t size)
{
	size_t whole = (size_t)recorder_header(recorder)->chunks_claimed * RECORDING_CHUNK;
	FILE *file = fopen(path, "we");
	int saved = file && fwrite(recorder->data, size ? size : whole, 1, file) == 1;

	return file && fclose(file) == 0 && saved;
}

/* ---- processes, modules, stacks ---- */

static inline uint32_t put_process(struct recorder *recorder, uint32_t parent, uint32_t pid, const char *exe)
{
	uint32_t serial = ++recorder_header(recorder)->next_process;
	struct fact_process *fact = recorder_fact(recorder, serial, FACT_PROCESS, sizeof(*fact) + strlen(exe) + 1);

	fact->serial = serial;
	fact->pid = pid;
	fact->parent = parent;
	memcpy(fact->exe, exe, strlen(exe) + 1);
	return serial;
}

static inline struct fact_module *put_module(struct recorder *recorder, uint32_t process, const char *path)
{
	struct fact_module *fact = recorder_fact(recorder, process, FACT_MODULE, sizeof(*fact) + strlen(path) + 1);

	fact->id = ++recorder_header(recorder)->next_module;
	memcpy(fact->path, path, strlen(path) + 1);
	return fact;
}

static inline int recorder_copy_build_id(struct dl_phdr_info *info, size_t size, void *module)
{
	struct fact_module *fact = module;

	(void)size;
	fact->base = info->dlpi_addr;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const char *note = (const char *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr), *end = note + info->dlpi_phdr[i].p_memsz;

		while (info->dlpi_phdr[i].p_type == PT_NOTE && note < end) {
			const ElfW(Nhdr) *head = (const ElfW(Nhdr) *)note;
			const char *bits = note + sizeof(*head) + ((head->n_namesz + 3u) & ~3u);

			if (head->n_type == NT_GNU_BUILD_ID && head->n_descsz <= sizeof(fact->build_id)) {
				fact->build_id_size = head->n_descsz;
				memcpy(fact->build_id, bits, head->n_descsz);
			}
			note = bits + ((head->n_descsz + 3u) & ~3u);
		}
	}
	return 1; /* the program comes first, and is all that is wanted */
}

/* The test program itself: path, load bias, build-id. */
static inline struct fact_module *put_self(struct recorder *recorder, uint32_t process)
{
	char path[4096] = "";
	struct fact_module *fact;

	if (readlink("/proc/self/exe", path, sizeof(path) - 1) < 0)
		return NULL;
	fact = put_module(recorder, process, path);
	dl_iterate_phdr(recorder_copy_build_id, fact);
	return fact;
}

static inline frame_t frame_in(const struct fact_module *module, const void *address)
{
	return (uint64_t)module->id << 48 | ((uint64_t)(uintptr_t)address - module->base);
}

static inline uint32_t put_stack(struct recorder *recorder, uint32_t process, const frame_t *frames, uint32_t count)
{
	struct fact_stack *fact = recorder_fact(recorder, process, FACT_STACK, sizeof(*fact) + count * sizeof(*frames));

	fact->id = ++recorder_header(recorder)->next_stack;
	fact->count = count;
	memcpy(fact->frames, frames, count * sizeof(*frames));
	return fact->id;
}

/* ---- threads and locks ---- */

static inline uint32_t put_thread(struct recorder *recorder, uint32_t process, uint32_t parent, uint32_t stack, frame_t start)
{
	struct fact_thread *fact = recorder_fact(recorder, process, FACT_THREAD, sizeof(*fact));

	fact->id = ++recorder_header(recorder)->next_thread;
	fact->process = process;
	fact->tid = 1000 + fact->id;
	fact->parent = parent;
	fact->stack = stack;
	fact->is_main = parent == 0;
	fact->start = start;
	return fact->id;
}

static inline void put_thread_name(struct recorder *recorder, uint32_t process, uint32_t thread, const char *name)
{
	struct fact_thread_name *fact = recorder_fact(recorder, process, FACT_THREAD_NAME, sizeof(*fact));

	fact->id = thread;
	memcpy(fact->name, name, strlen(name) + 1);
}

static inline uint32_t put_class(struct recorder *recorder, uint32_t process, enum class_kind kind, enum lock_kind lock_kind,
				 uint64_t stack_or_frame)
{
	struct fact_class *fact = recorder_fact(recorder, process, FACT_CLASS, sizeof(*fact));

	fact->id = ++recorder_header(recorder)->next_class;
	fact->kind = (uint8_t)kind;
	fact->lock_kind = (uint8_t)lock_kind;
	if (kind == CLASS_STATIC)
		fact->frame = stack_or_frame;
	else
		fact->stack = (uint32_t)stack_or_frame;
	return fact->id;
}

static inline uint64_t put_lock(struct recorder *recorder, uint32_t process, uint32_t class)
{
	struct fact_lock *fact = recorder_fact(recorder, process, FACT_LOCK, sizeof(*fact));

	fact->id = ++recorder_header(recorder)->next_lock;
	fact->class = class;
	return fact->id;
}

/* What the source says. */
static inline uint32_t put_name(struct recorder *recorder, uint32_t process, const char *text)
{
	struct fact_name *fact = recorder_fact(recorder, process, FACT_NAME, sizeof(*fact) + strlen(text) + 1);

	fact->id = ++recorder_header(recorder)->next_name;
	memcpy(fact->text, text, strlen(text));
	return fact->id;
}

static inline void put_named_lock(struct recorder *recorder, uint32_t process, uint64_t lock, uint32_t class, uint32_t name)
{
	struct fact_lock *fact = recorder_fact(recorder, process, FACT_LOCK, sizeof(*fact));

	fact->id = lock;
	fact->class = class;
	fact->name = name;
}

static inline void put_order(struct recorder *recorder, uint32_t process, struct fact_held before, uint64_t after, uint32_t thread)
{
	struct fact_order *fact = recorder_fact(recorder, process, FACT_ORDER, sizeof(*fact));

	fact->process = process;
	fact->stack = before.stack;
	fact->thread = thread;
	fact->before = before.lock;
	fact->after = after;
}

/* ---- what threads did ---- */

static inline uint32_t put_dependency(struct recorder *recorder, uint32_t process, const struct fact_held *held, uint16_t count,
				      struct fact_held wanted)
{
	struct fact_dependency *fact = recorder_fact(recorder, process, FACT_DEPENDENCY, sizeof(*fact) + count * sizeof(*held));

	fact->id = ++recorder_header(recorder)->next_dependency;
	fact->process = process;
	fact->lock = wanted.lock;
	fact->stack = wanted.stack;
	fact->mode = wanted.mode;
	fact->how = wanted.how;
	fact->count = count;
	memcpy(fact->held, held, count * sizeof(*held));
	return fact->id;
}

static inline void put_witness(struct recorder *recorder, uint32_t process, uint32_t dependency, uint32_t thread, uint32_t segment)
{
	struct fact_witness *fact = recorder_fact(recorder, process, FACT_WITNESS, sizeof(*fact));

	fact->dependency = dependency;
	fact->thread = thread;
	fact->segment = segment;
}

/* A segment with one thing before it. */
static inline void put_segment(struct recorder *recorder, uint32_t process, uint32_t thread, uint32_t segment, struct fact_before before)
{
	struct fact_segment *fact = recorder_fact(recorder, process, FACT_SEGMENT, sizeof(*fact) + sizeof(before));

	fact->thread = thread;
	fact->segment = segment;
	fact->count = 1;
	fact->before[0] = before;
}

static inline struct fact_finding *put_finding(struct recorder *recorder, uint32_t process, uint16_t rule, uint64_t lock,
					       const struct fact_finding_stack *stacks, uint32_t count)
{
	struct fact_finding *fact = recorder_fact(recorder, process, FACT_FINDING, sizeof(*fact) + count * sizeof(*stacks));

	fact->id = ++recorder_header(recorder)->next_finding;
	fact->rule = rule;
	fact->process = process;
	fact->lock = lock;
	fact->count = 1;
	fact->stacks_count = count;
	if (count)
		memcpy(fact->stacks, stacks, count * sizeof(*stacks));
	return fact;
}

/* ---- a deadlock ---- */

/* A thread that waits, with one lock held (or, when `held` is NULL, none): for the lock or thread `wanted`. */
static inline struct fact_blocked *put_blocked(struct recorder *recorder, uint32_t process, uint32_t place, uint32_t thread, uint32_t wait,
					       uint64_t wanted, uint32_t stack, const struct fact_held *held)
{
	struct fact_blocked *fact = recorder_fact(recorder, process, FACT_BLOCKED, sizeof(*fact) + (held ? sizeof(*held) : 0));

	fact->deadlock = recorder_header(recorder)->next_finding + 1;
	fact->place = place;
	fact->thread = thread;
	fact->wait = wait;
	fact->lock = wanted;
	fact->stack = stack;
	fact->count = held != NULL;
	fact->nsec = 1000000000;
	if (held)
		fact->held[0] = *held;
	return fact;
}

/* The deadlock of those that were put before, `count` of whom are its ring. */
static inline void put_deadlock(struct recorder *recorder, uint32_t process, uint32_t count)
{
	struct fact_deadlock *fact = recorder_fact(recorder, process, FACT_DEADLOCK, sizeof(*fact));

	fact->id = ++recorder_header(recorder)->next_finding;
	fact->process = process;
	fact->count = count;
}

#endif
