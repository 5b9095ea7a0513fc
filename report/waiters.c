/* waiters.c: see waiters.h. */
#include "waiters.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "memory.h"

/* ---- processes ---- */

/* Has it ended, and only its parent not asked how? In a container, where the first process asks for nobody's, it stays so (proc(5), stat). */
static bool is_zombie(pid_t pid)
{
	char *path = printed("/proc/%d/stat", (int)pid), line[512] = "";
	FILE *file = fopen(path, "re");
	const char *state;

	if (file) {
		if (!fgets(line, sizeof(line), file))
			line[0] = '\0';
		fclose(file);
	}
	free(path);
	state = strrchr(line, ')');
	return state && (state[2] == 'Z' || state[2] == 'X');
}

bool process_runs(const struct image *image, uint32_t serial)
{
	const struct fact_process *process = (const struct fact_process *)index_find(&image->processes, serial);

	if (process && (index_find(&image->ends, serial) || is_zombie((pid_t)process->pid)))
		return false;
	return !process || kill((pid_t)process->pid, 0) == 0 || errno == EPERM;
}

/* ---- slots ---- */

/* In a copy of the recording nothing changes any more. */
static bool was_posted(const struct slot *slot, uint64_t lock)
{
	for (int i = 0; i < SLOT_POSTED; i++)
		if (slot->posted[i] == lock)
			return true;
	return slot->posted_lost != 0;
}

static struct fact_blocked *state_of(const struct slot *slot, uint64_t now)
{
	uint32_t depth = slot->depth < SLOT_HELD ? slot->depth : SLOT_HELD;
	struct fact_blocked *state = new_zeroed(1, sizeof(*state) + depth * sizeof(state->held[0]));

	state->head.kind = FACT_BLOCKED;
	state->thread = slot->thread;
	state->wait = WAIT_NOTHING;
	if (slot->wait_sequence & 1) {
		state->wait = slot->wait_mode;
		state->lock = slot->wait_lock;
		state->stack = slot->wait_stack;
		state->nsec = now > slot->wait_since ? now - slot->wait_since : 0;
	}
	for (uint32_t i = 0; i < depth; i++) {
		const struct held *held = &slot->held[i];

		if (held->lock && !(held->flags & HELD_UNKNOWN) && !was_posted(slot, held->lock))
			state->held[state->count++] = (struct fact_held){held->lock, held->stack, held->mode, held->how, 0};
	}
	return state;
}

static struct waiter *waiters_add(struct waiters *waiters)
{
	waiters->list = resized(waiters->list, waiters->count + 1, sizeof(*waiters->list));
	waiters->list[waiters->count] = (struct waiter){0};
	return &waiters->list[waiters->count++];
}

void waiters_add_slot(struct waiters *waiters, size_t image, const struct slot *slot, uint64_t now)
{
	struct waiter *waiter;

	if (slot->state != 1)
		return;
	waiter = waiters_add(waiters);
	waiters->owned = resized(waiters->owned, waiters->owned_count + 1, sizeof(*waiters->owned));
	*waiter = (struct waiter){.image = image,
				  .process = slot->process,
				  .sequence = slot->wait_sequence,
				  .tid = slot->tid,
				  .object = slot->wait_object,
				  .start = slot->start,
				  .created = slot->created,
				  .state = waiters->owned[waiters->owned_count++] = state_of(slot, now)};
	memcpy(waiter->name, slot->name, sizeof(slot->name));
}

static void add_slot(struct waiters *waiters, size_t image, const struct slot *slot, uint64_t now)
{
	size_t count = waiters->count;

	waiters_add_slot(waiters, image, slot, now);
	if (waiters->count > count)
		waiters->list[count].slot = slot;
}

static void read_slots(struct waiters *waiters, const struct run *run, size_t number, enum waiters_of which)
{
	const struct image *image = &run->images[number];
	struct timespec now = {0};

	if (which == WAITERS_LIVE)
		clock_gettime(CLOCK_MONOTONIC, &now);
	for (uint32_t i = 1; i < image->header->chunks_max && (size_t)(i + 1) * RECORDING_CHUNK <= image->size; i++) {
		const struct recording_chunk *chunk =
			(const struct recording_chunk *)((const char *)image->data + (size_t)i * RECORDING_CHUNK);

		if (chunk->kind != CHUNK_SLOTS || process_runs(image, chunk->process) != (which == WAITERS_LIVE))
			continue;
		for (uint32_t slot = 0; slot < chunk->used && slot + 1 < RECORDING_CHUNK / SLOT_SIZE; slot++)
			add_slot(waiters, number, (const struct slot *)((const char *)chunk + (size_t)(slot + 1) * SLOT_SIZE),
				 (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec);
	}
}

struct waiters waiters_read(const struct run *run, enum waiters_of which)
{
	struct waiters waiters = {0};

	for (size_t i = 0; i < run->images_count; i++)
		read_slots(&waiters, run, i, which);
	return waiters;
}

struct waiters waiters_of_deadlock(const struct run *run, size_t image, const struct fact_deadlock *deadlock)
{
	const struct image *from = &run->images[image];
	struct waiters waiters = {0};

	for (size_t i = 0; i < from->blocked_count; i++) {
		const struct fact_blocked *blocked = from->blocked[i];

		if (blocked->deadlock == deadlock->id)
			*waiters_add(&waiters) = (struct waiter){.image = image, .process = deadlock->process, .state = blocked};
	}
	return waiters;
}

void waiters_free(struct waiters *waiters)
{
	for (size_t i = 0; i < waiters->owned_count; i++)
		free(waiters->owned[i]);
	free(waiters->owned);
	free(waiters->list);
	*waiters = (struct waiters){0};
}

const struct thread *waiter_thread(struct builder *builder, const struct waiter *waiter)
{
	const struct fact_process *process;
	const struct thread *known;
	struct thread *thread;

	build_from(builder, waiter->image);
	known = build_thread(builder, waiter->state->thread);
	if (known)
		return known;
	process = (const struct fact_process *)index_find(&builder->image->processes, waiter->process);
	thread = build_alloc(builder, sizeof(*thread));
	thread->id = waiter->state->thread;
	thread->tid = (pid_t)waiter->tid;
	thread->pid = process ? (pid_t)process->pid : 0;
	thread->created = build_stack(builder, waiter->created);
	if (waiter->name[0])
		thread->name = build_text(builder, "%s", waiter->name);
	else if (thread->tid == thread->pid)
		thread->name = "main";
	else
		thread->name = build_start_name(builder, waiter->start);
	if (!thread->name)
		thread->name = build_text(builder, "thread %u", waiter->state->thread);
	return thread;
}
