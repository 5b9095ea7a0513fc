/* stuck.c: see stuck.h. */
#include "stuck.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph/waits.h"
#include "memory.h"

/* A thread as its slot shows it. */
struct stuck {
	size_t image;
	const struct slot *slot;
	struct waits_held held[SLOT_HELD];
	uint8_t at[SLOT_HELD]; /* which of the slot's entries each of them is */
};
struct stuck_list {
	struct builder *builder;
	struct stuck *threads;
	struct waits_thread *waits;
	size_t count;
	/* Locks that have a number here: by what they are known by. */
	struct known_lock {
		size_t image;
		uint32_t process;
		uint64_t number;
		const struct fact_lock *fact;
	} * locks;
	size_t locks_count;
};

/* ---- which lock it is ---- */

static bool same_lock(const struct known_lock *a, const struct known_lock *b)
{
	if (a->fact && b->fact && a->fact->inode && b->fact->inode)
		return a->fact->device == b->fact->device && a->fact->inode == b->fact->inode && a->fact->offset == b->fact->offset;
	return a->image == b->image && a->process == b->process && a->number == b->number;
}

static uint64_t lock_number(struct stuck_list *list, size_t image, uint32_t process, uint64_t number)
{
	struct known_lock lock = {image, process, number, image_lock(&list->builder->run->images[image], number)};

	for (size_t i = 0; i < list->locks_count; i++)
		if (same_lock(&list->locks[i], &lock))
			return i + 1;
	list->locks = resized(list->locks, list->locks_count + 1, sizeof(*list->locks));
	list->locks[list->locks_count++] = lock;
	return list->locks_count;
}

/* ---- slots ---- */

static bool was_posted(const struct slot *slot, uint64_t lock)
{
	for (int i = 0; i < SLOT_POSTED; i++)
		if (atomic_load(&((struct slot *)(uintptr_t)slot)->posted[i]) == lock)
			return true;
	return slot->posted_lost != 0;
}

/* What the thread waits for without a time limit, 0: nothing. */
static uint64_t wanted(const struct slot *slot)
{
	struct slot *s = (struct slot *)(uintptr_t)slot;
	uint32_t mode = atomic_load(&s->wait_mode);

	if (!(atomic_load(&s->wait_sequence) & 1) || (mode & 0xff) > LOCK_SHARED || mode >> 8 != LOCK_BLOCKING)
		return 0;
	return atomic_load(&s->wait_lock);
}

static void add_slot(struct stuck_list *list, size_t image, const struct slot *slot)
{
	struct stuck *thread;
	uint32_t depth = atomic_load(&((struct slot *)(uintptr_t)slot)->depth), count = 0;

	if (atomic_load(&((struct slot *)(uintptr_t)slot)->state) != 1 || depth == 0)
		return;
	list->threads = resized(list->threads, list->count + 1, sizeof(*list->threads));
	list->waits = resized(list->waits, list->count + 1, sizeof(*list->waits));
	thread = &list->threads[list->count];
	*thread = (struct stuck){.image = image, .slot = slot};
	for (uint32_t i = 0; i < depth && i < SLOT_HELD; i++) {
		const struct held *held = &slot->held[i];
		uint64_t lock = atomic_load(&((struct held *)(uintptr_t)held)->lock);

		if (!lock || (held->flags & HELD_UNKNOWN) || was_posted(slot, lock))
			continue;
		thread->at[count] = (uint8_t)i;
		thread->held[count++] = (struct waits_held){lock_number(list, image, slot->process, lock), held->mode};
	}
	list->waits[list->count++] = (struct waits_thread){
		.wants = wanted(slot) ? lock_number(list, image, slot->process, wanted(slot)) : 0,
		.mode = (uint8_t)slot->wait_mode,
		.held_count = count,
	};
}

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

/* Does the process still run? Then its slots were not read at one moment, and a ring in them may never have been one. */
static bool still_runs(const struct image *image, uint32_t serial)
{
	const struct fact_process *process = (const struct fact_process *)index_find(&image->processes, serial);

	if (process && (index_find(&image->ends, serial) || is_zombie((pid_t)process->pid)))
		return false;
	return !process || kill((pid_t)process->pid, 0) == 0 || errno == EPERM;
}

static void read_slots(struct stuck_list *list, size_t number)
{
	const struct image *image = &list->builder->run->images[number];

	for (uint32_t i = 1; i < image->header->chunks_max && (size_t)(i + 1) * RECORDING_CHUNK <= image->size; i++) {
		struct recording_chunk *chunk = (struct recording_chunk *)((char *)image->data + (size_t)i * RECORDING_CHUNK);
		uint32_t used = atomic_load(&chunk->used);

		if (atomic_load(&chunk->kind) != CHUNK_SLOTS || still_runs(image, chunk->process))
			continue;
		for (uint32_t slot = 0; slot < used && slot + 1 < RECORDING_CHUNK / SLOT_SIZE; slot++)
			add_slot(list, number, (const struct slot *)((const char *)chunk + (size_t)(slot + 1) * SLOT_SIZE));
	}
}

/* ---- findings ---- */

static struct link link_of(struct stuck_list *list, uint32_t waiter, uint32_t before)
{
	const struct stuck *thread = &list->threads[waiter];
	const struct slot *slot = thread->slot;
	/* What it holds that the one before it in the ring waits for. */
	int place = waits_blocked_by(&list->waits[before], &list->waits[waiter]);
	const struct held *held = &slot->held[thread->at[place]];
	struct builder *builder = list->builder;
	struct link link;

	build_from(builder, thread->image);
	link.thread = build_thread(builder, slot->thread);
	link.held = (struct acquisition){build_lock(builder, held->lock), held->mode == LOCK_SHARED ? "shared" : "exclusive",
					 held->how == LOCK_TIMED ? "timed"
					 : held->how == LOCK_TRY ? "try"
								 : "blocking",
					 build_stack(builder, held->stack)};
	link.wanted =
		(struct acquisition){build_lock(builder, slot->wait_lock), (slot->wait_mode & 0xff) == LOCK_SHARED ? "shared" : "exclusive",
				     "blocking", build_stack(builder, slot->wait_stack)};
	return link;
}

static struct finding finding_of(struct stuck_list *list, const uint32_t *ring, size_t length)
{
	const struct stuck *first = &list->threads[ring[0]];
	const struct fact_process *process;
	struct finding finding = {.rule = RULE_DEADLOCK, .count = 1, .links_count = length, .locks_count = length};

	finding.links = build_alloc(list->builder, length * sizeof(*finding.links));
	finding.locks = build_alloc(list->builder, length * sizeof(*finding.locks));
	for (size_t i = 0; i < length; i++) {
		finding.links[i] = link_of(list, ring[i], ring[(i + length - 1) % length]);
		finding.locks[i] = finding.links[i].held.lock;
	}
	build_from(list->builder, first->image);
	process = (const struct fact_process *)index_find(&list->builder->image->processes, first->slot->process);
	finding.pid = process ? (pid_t)process->pid : 0;
	finding.exe = process ? process->exe : "?";
	finding.reason = (char *)"each of them stood at the second lock, without a time limit, when its process ended";
	return finding;
}

void stuck_find(struct builder *builder, void (*add)(struct builder *builder, const struct finding *finding))
{
	struct stuck_list list = {.builder = builder};
	uint32_t *ring, *next;
	uint8_t *seen, *done;

	for (size_t i = 0; i < builder->run->images_count; i++)
		read_slots(&list, i);
	ring = new_zeroed(list.count + 1, sizeof(*ring));
	next = new_zeroed(list.count + 1, sizeof(*next));
	seen = new_zeroed(list.count + 1, 1);
	done = new_zeroed(list.count + 1, 1);
	for (size_t i = 0; i < list.count; i++)
		list.waits[i].held = list.threads[i].held;
	for (size_t i = 0; i < list.count; i++) {
		size_t length = done[i] || !list.waits[i].wants ? 0 : waits_find_ring(list.waits, list.count, i, false, ring, next, seen);

		for (size_t j = 0; j < length; j++)
			done[ring[j]] = 1;
		if (length > 1) {
			struct finding finding = finding_of(&list, ring, length);

			add(builder, &finding);
		}
	}
	free(ring);
	free(next);
	free(seen);
	free(done);
	free(list.threads);
	free(list.waits);
	free(list.locks);
}
