/* watch.c: see watch.h. */
#include "watch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "graph/hash.h"
#include "live.h"
#include "memory.h"
#include "output.h"
#include "slots.h"
#include "stuck.h"
#include "threads.h"

/* A recording that is being written: which of its chunks hold slots. */
struct file {
	char name[32];
	int fd;
	uint32_t known; /* chunks that were looked at */
	uint32_t *slots;
	size_t slots_count;
};
struct ending {
	pid_t pid;
	int fd; /* pidfd_open(2); -1: this kernel has none */
};
struct watch {
	const struct options *options;
	char *directory;
	struct file *files;
	size_t files_count;
	uint64_t seen;	     /* all long waits of the last look, as a number */
	uint64_t ring;	     /* the ring of the last look; 0: none */
	uint64_t told;	     /* the one that was told */
	uint64_t stuck;	     /* the waits of the last look that have lasted for --stuck */
	uint64_t stuck_told; /* those that were told */
	unsigned moments;    /* files written */
	uint64_t stuck_nsec; /* --stuck; 0: off */
	/* Processes that are asked to end by themselves, and when they are given up. */
	struct ending *ending;
	size_t ending_count;
	uint64_t ending_until;
};

struct watch *watch_new(const char *directory, const struct options *options)
{
	struct watch *watch = new_zeroed(1, sizeof(*watch));

	watch->options = options;
	watch->directory = copied(directory);
	watch->stuck_nsec = (uint64_t)option_number(options, OPTION_STUCK) * 1000000000u;
	return watch;
}

/* Lets nobody go who was asked to end: the number of a process that has ended may be another's by then, its descriptor may not. */
static void end_ending(struct watch *watch, int signal)
{
	for (size_t i = 0; i < watch->ending_count; i++) {
		const struct ending *ending = &watch->ending[i];

		if (signal && ending->fd >= 0)
			syscall(SYS_pidfd_send_signal, ending->fd, signal, NULL, 0);
		else if (signal)
			kill(ending->pid, signal);
		if (ending->fd >= 0)
			close(ending->fd);
	}
	free(watch->ending);
	watch->ending = NULL;
	watch->ending_count = 0;
}

void watch_free(struct watch *watch)
{
	end_ending(watch, 0);
	for (size_t i = 0; i < watch->files_count; i++) {
		close(watch->files[i].fd);
		free(watch->files[i].slots);
	}
	free(watch->files);
	free(watch->directory);
	free(watch);
}

/* ---- the quick look ---- */

static bool is_known(const struct watch *watch, const char *name)
{
	for (size_t i = 0; i < watch->files_count; i++)
		if (strcmp(watch->files[i].name, name) == 0)
			return true;
	return false;
}

/* A file that is not whole yet is met again. */
static void add_file(struct watch *watch, const char *name)
{
	struct recording_header header;
	char *path = printed("%s/%s", watch->directory, name);
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	free(path);
	if (fd < 0)
		return;
	if (pread(fd, &header, sizeof(header), 0) != (ssize_t)sizeof(header) || recording_check(&header, sizeof(header))) {
		close(fd);
		return;
	}
	watch->files = resized(watch->files, watch->files_count + 1, sizeof(*watch->files));
	watch->files[watch->files_count] = (struct file){.fd = fd, .known = 1};
	snprintf(watch->files[watch->files_count++].name, sizeof(watch->files->name), "%s", name);
}

static void find_files(struct watch *watch)
{
	DIR *directory = opendir(watch->directory);
	const struct dirent *entry;

	while (directory && (entry = readdir(directory)))
		if (strncmp(entry->d_name, "image.", 6) == 0 && strlen(entry->d_name) < sizeof(watch->files->name) &&
		    !is_known(watch, entry->d_name))
			add_file(watch, entry->d_name);
	if (directory)
		closedir(directory);
}

/* Chunks get their kind when they are claimed, in turn; one that has none yet is looked at again. */
static void find_slots(struct file *file)
{
	struct recording_header header;

	if (pread(file->fd, &header, sizeof(header), 0) != (ssize_t)sizeof(header))
		return;
	for (; file->known < header.chunks_claimed; file->known++) {
		struct recording_chunk chunk;

		if (pread(file->fd, &chunk, sizeof(chunk), (off_t)file->known * RECORDING_CHUNK) != (ssize_t)sizeof(chunk) ||
		    chunk.kind == CHUNK_FREE)
			return;
		if (chunk.kind != CHUNK_SLOTS)
			continue;
		file->slots = resized(file->slots, file->slots_count + 1, sizeof(*file->slots));
		file->slots[file->slots_count++] = file->known;
	}
}

static uint64_t now_nsec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* What a look comes to. */
struct look {
	uint64_t now;
	uint64_t waits; /* of all waits for locks and threads that have lasted for a second: the same number, the same waits */
	uint64_t stuck; /* of those that have lasted for --stuck */
};

/* Is the wait one that may be stuck? What has a limit of its own goes on; but a lock is not to be waited for that long. */
static bool may_be_stuck(uint32_t wait)
{
	return wait != WAIT_NOTHING && (WAIT_WHAT(wait) <= LOCK_SHARED || WAIT_HOW(wait) == LOCK_BLOCKING);
}

static void look_at(const struct watch *watch, struct look *look, size_t file, const struct slot *slot)
{
	uint32_t what = WAIT_WHAT(slot->wait_mode);
	uint64_t since = slot->wait_since, wait = hash_mix(hash_mix(file, slot->thread), slot->wait_sequence);

	if (slot->state != 1 || !(slot->wait_sequence & 1) || since == 0 || look->now < since + 1000000000u)
		return;
	if (what <= LOCK_SHARED || what == WAIT_JOIN)
		look->waits ^= wait;
	if (may_be_stuck(slot->wait_mode) && watch->stuck_nsec && look->now >= since + watch->stuck_nsec)
		look->stuck ^= wait;
}

static void look_at_chunk(const struct watch *watch, struct look *look, size_t file, uint32_t number, char *room)
{
	const struct recording_chunk *chunk = (const struct recording_chunk *)room;

	if (pread(watch->files[file].fd, room, RECORDING_CHUNK, (off_t)number * RECORDING_CHUNK) != RECORDING_CHUNK)
		return;
	for (uint32_t i = 0; i < chunk->used && i + 1 < RECORDING_CHUNK / SLOT_SIZE; i++)
		look_at(watch, look, file, (const struct slot *)(room + (size_t)(i + 1) * SLOT_SIZE));
}

static struct look look_around(struct watch *watch)
{
	struct look look = {.now = now_nsec()};
	char *room = new_zeroed(1, RECORDING_CHUNK);

	find_files(watch);
	for (size_t i = 0; i < watch->files_count; i++) {
		find_slots(&watch->files[i]);
		for (size_t j = 0; j < watch->files[i].slots_count; j++)
			look_at_chunk(watch, &look, i, watch->files[i].slots[j], room);
	}
	free(room);
	return look;
}

/* ---- rings over several processes ---- */

struct across {
	struct watch *watch;
	struct moment *moment;
	uint64_t ring; /* the last one that was found */
	uint32_t *members;
	size_t length;
};

static void found_ring(void *ctx, const struct stuck_ring *ring)
{
	struct across *across = ctx;
	const struct waiter *list = across->moment->waiters.list, *first = &list[ring->members[0]];
	bool several = false;
	uint64_t key = 0;

	for (size_t i = 0; i < ring->length; i++) {
		const struct waiter *waiter = &list[ring->members[i]];

		several |= waiter->image != first->image || waiter->process != first->process;
		key ^= hash_mix(hash_mix(waiter->image, waiter->state->thread), waiter->sequence);
	}
	if (!several || (key | 1) == across->watch->told)
		return;
	across->ring = key | 1;
	across->members = resized(across->members, ring->length, sizeof(*across->members));
	memcpy(across->members, ring->members, ring->length * sizeof(*across->members));
	across->length = ring->length;
}

static pid_t pid_of(const struct moment *moment, const struct waiter *waiter)
{
	const struct fact_process *process =
		(const struct fact_process *)index_find(&moment->run->images[waiter->image].processes, waiter->process);

	return process ? (pid_t)process->pid : 0;
}

static void say_ring(const struct across *across)
{
	const char *ends = strcmp(option_string(across->watch->options, OPTION_ON_DEADLOCK), "report") ? "; ending them" : "";

	fputs("gridlock: deadlock:", stderr);
	for (size_t i = 0; i < across->length; i++) {
		const struct waiter *waiter = &across->moment->waiters.list[across->members[i]];

		fprintf(stderr, "%s thread %u of process %d", i ? "," : "", waiter->tid, (int)pid_of(across->moment, waiter));
	}
	fprintf(stderr, " wait for each other%s\n", ends);
}

/* Asks a thread to end its process, as it would for a ring of its own (shim/deadlock.h): by the one word of its slot that is ours to write. */
static void ask(const struct image *image, const struct waiter *waiter)
{
	off_t place = (off_t)((const char *)waiter->slot - (const char *)image->data);
	uint64_t sequence = waiter->sequence;
	int fd = open(image->path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);

	/* Without it the time runs out. */
	if (fd >= 0 && pwrite(fd, &sequence, sizeof(sequence), place + (off_t)offsetof(struct slot, end_asked)) < 0)
		perror("gridlock: the process cannot be asked to end");
	if (fd >= 0)
		close(fd);
}

static void add_ending(struct watch *watch, pid_t pid)
{
	for (size_t i = 0; i < watch->ending_count; i++)
		if (watch->ending[i].pid == pid)
			return;
	watch->ending = resized(watch->ending, watch->ending_count + 1, sizeof(*watch->ending));
	watch->ending[watch->ending_count++] = (struct ending){pid, (int)syscall(SYS_pidfd_open, pid, 0)};
}

/* Two slices of a wait, and what it takes to end. */
#define ENDING_NSEC 3000000000u

/* Ends the processes of the ring: by themselves, so that what they have in their buffers gets out. */
static void end_ring(const struct across *across)
{
	struct watch *watch = across->watch;

	for (size_t i = 0; i < across->length; i++) {
		const struct waiter *waiter = &across->moment->waiters.list[across->members[i]];
		pid_t pid = pid_of(across->moment, waiter);

		ask(&across->moment->run->images[waiter->image], waiter);
		if (pid > 1)
			add_ending(watch, pid);
	}
	watch->ending_until = now_nsec() + ENDING_NSEC;
}

/* Some waits are not cut in slices (spin locks), and a process may be stopped. */
static void give_up_ending(struct watch *watch)
{
	bool core = strcmp(option_string(watch->options, OPTION_ON_DEADLOCK), "abort") == 0;

	if (watch->ending_count && now_nsec() >= watch->ending_until)
		end_ending(watch, core ? SIGABRT : SIGKILL);
}

/* True: its processes end. */
static bool deadlocked(struct across *across)
{
	struct watch *watch = across->watch;

	watch->told = across->ring;
	say_ring(across);
	slots_keep(watch->directory, ++watch->moments, across->moment->run, &across->moment->waiters, across->members, across->length);
	if (strcmp(option_string(watch->options, OPTION_ON_DEADLOCK), "report") == 0)
		return false;
	end_ring(across);
	/* A process that aborts for it says so by its signal. */
	return strcmp(option_string(watch->options, OPTION_ON_DEADLOCK), "abort") != 0;
}

/* ---- threads that are stuck ---- */

/* What is stuck of the moment's process, as a number; 0: nothing. Threads that wait for work wait long too: so either it is for a lock, or for a
 * signal that nobody can give any more, or every thread of the process waits. */
static uint64_t stuck_of(const struct watch *watch, const struct moment *moment)
{
	uint64_t stuck = 0, all = 0;
	bool some_go_on = false;

	for (size_t i = 0; i < moment->waiters.count; i++) {
		const struct waiter *waiter = &moment->waiters.list[i];
		uint64_t wait = hash_mix(hash_mix(waiter->image, waiter->state->thread), waiter->sequence);

		if (waiter->image != moment->image || waiter->process != moment->process)
			continue;
		if (!may_be_stuck(waiter->state->wait) || waiter->state->nsec < watch->stuck_nsec) {
			some_go_on = true;
			continue;
		}
		all ^= wait;
		if (WAIT_WHAT(waiter->state->wait) <= LOCK_SHARED || threads_lost(moment, waiter))
			stuck ^= wait;
	}
	return some_go_on ? stuck : all;
}

/* What is stuck of all processes; with `tell`, those are told. */
static uint64_t stuck_of_all(const struct watch *watch, struct moment *moment, bool tell)
{
	uint64_t all = 0;

	for (size_t i = 0; i < moment->run->images_count; i++) {
		const struct index *processes = &moment->run->images[i].processes;

		moment->image = i;
		for (size_t j = 0; j < processes->count; j++) {
			uint64_t stuck;

			moment->process = index_number(processes->facts[j]);
			stuck = stuck_of(watch, moment);
			if (stuck && tell)
				threads_write(STDERR_FILENO, moment, watch->options);
			all ^= stuck;
		}
	}
	return all;
}

/* Once. */
static void say_stuck(struct watch *watch, struct moment *moment)
{
	uint64_t stuck = stuck_of_all(watch, moment, false);

	if (stuck && stuck != watch->stuck_told) {
		fprintf(stderr, "gridlock: threads have been stuck for %ld s:\n", option_number(watch->options, OPTION_STUCK));
		stuck_of_all(watch, moment, true);
	}
	watch->stuck_told = stuck;
}

/* ---- looking ---- */

static void ignore(void *ctx, char *remark)
{
	(void)ctx;
	free(remark);
}

/* Reads everything, for what a quick look could not tell. */
static bool look_closely(struct watch *watch, bool stuck)
{
	struct symbols *symbols = symbols_new(ignore, NULL);
	struct across across = {.watch = watch};
	struct moment moment = {0};
	bool ended = false;
	char *error = NULL;

	moment.run = collect(watch->directory, &error);
	free(error);
	if (moment.run) {
		moment.builder = builder_begin(moment.run, symbols);
		moment.waiters = waiters_read(moment.run, WAITERS_LIVE);
		across.moment = &moment;
		stuck_rings(&moment.builder, &moment.waiters, found_ring, &across);
		if (across.ring && across.ring == watch->ring)
			ended = deadlocked(&across);
		watch->ring = across.ring;
		if (stuck)
			say_stuck(watch, &moment);
		moment_free(&moment);
	}
	free(across.members);
	symbols_free(symbols);
	return ended;
}

bool watch_look(struct watch *watch)
{
	struct look look = look_around(watch);
	bool stuck = look.stuck && look.stuck != watch->stuck, ring;

	give_up_ending(watch);
	/* The same waits as the last time: what was no ring then is none now. */
	ring = look.waits && (look.waits != watch->seen || watch->ring);
	watch->seen = look.waits;
	watch->stuck = look.stuck;
	if (!ring)
		watch->ring = 0;
	return (ring || stuck) && look_closely(watch, stuck);
}
